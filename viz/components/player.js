// Part three of the player: maps, controls and time line put together; pictures saved; keys.

const STYLES = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-opacity", "opacity", "display", "paint-order", "font-size", "font-family", "font-weight", "text-anchor"];

class Player {
  constructor(el, data, options) {
    Object.assign(this, { el, data, words: data.words, selected: options.selected, hovered: "", options });
    this.still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.clock = new Clock(data.quarters, options.start, this.still, () => this.draw(), () => this.rest());
    this.clock.speed = options.speed;
    this.shown = -1;
    this.root = part("section", "lp", el, { role: "region", "aria-label": this.words.player, tabindex: 0, "data-sides": data.sides.length });
    this.events = this.collect();
    const stage = part("div", `lp-stage lp-maps-${data.sides.length + (data.difference ? 1 : 0)}`, this.root);
    this.maps = this.drawMaps(part("div", "lp-maps", stage));
    this.panel = part("div", "lp-panel", stage);
    const many = this.maps.length > 1; // then the series stand below the time line
    this.legend(part("div", "lp-legend", this.root, { role: "group", "aria-label": this.words.legend }));
    this.controls(part("div", "lp-controls", this.root));
    this.line = new TimeLine(this.root, data, this.words, this.clock, this.events);
    if (many) this.root.append(part("div", "lp-below", null).appendChild(this.panel).parentNode);
    this.live = part("div", "lp-live", this.root, { "aria-live": "polite" });
    this.tip = part("div", "lp-tip", this.root, { role: "tooltip" });
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.outer = (event) => event.target === document.body && this.key(event);
    document.addEventListener("keydown", this.outer);
    this.watch = new ResizeObserver(() => this.fit());
    this.watch.observe(this.root);
    this.choose(this.selected, null, false, true);
    this.fit();
  }
  // The events of all sides, each once, with letters for the base and numbers for what a scenario does.
  collect() {
    const found = new Map();
    const many = this.data.sides.filter((side) => side.events.some((event) => event.new)).length > 1;
    for (const side of this.data.sides) {
      for (const event of side.events) {
        const text = many && event.new ? `${side.name}: ${event.text}` : event.text;
        found.set(`${event.quarter} ${event.new} ${text}`, { ...event, text });
      }
    }
    const events = [...found.values()].sort((a, b) => a.quarter - b.quarter || a.new - b.new);
    let base = 0, own = 0;
    for (const event of events) event.key = event.new ? String((own += 1)) : String.fromCharCode(97 + (base++ % 26));
    return events;
  }
  drawMaps(parent) {
    const { data, words } = this;
    const choose = (...given) => this.choose(...given);
    const limits = data.shade.limits;
    const maps = data.sides.map((side, i) => {
      const most = { ...data.most, size: data.size ? data.size.most : 0 };
      const title = { name: side.heading, run: side.told, title: side.title, first: i === 0 };
      return new CityMap(parent, data.base, data, { ...side, key: "ab"[i], limits, most }, false, title, choose);
    });
    if (data.difference) {
      const title = { name: words.difference, run: words.difference_run, title: "", first: false };
      maps.push(new CityMap(parent, data.base, data, { ...data.difference, key: "difference" }, true, title, choose));
    }
    return maps;
  }
  legend(parent) {
    const { data, words } = this;
    const scale = (name, said, limits, colours) => {
      const box = part("div", "lp-scale", parent, { "data-scale": name });
      part("span", "lp-scale-title", box, {}, said);
      const bar = part("span", "lp-bar", box);
      for (let i = 0; i <= limits.length; i += 1) {
        const cell = part("span", "lp-cell", bar);
        part("i", `lp-swatch ${colours(i)}`, cell);
        if (i < limits.length) part("b", "", cell, {}, short(limits[i]));
      }
    };
    const limits = data.shade.limits;
    const level = (i) => `s${limits.length ? Math.round((i * (COLOURS - 1)) / limits.length) : 2}`;
    scale("level", data.shade.label + words.comma + data.shade.unit, limits, level);
    if (data.difference) {
      const apart = data.difference.limits;
      const said = apart.length ? words.difference + words.comma + data.difference.unit : `${words.difference}: ${words.none}`;
      scale("difference", said, apart, (i) => (apart.length ? `d${i}` : "d3"));
    }
    const sign = (name, text) => {
      const box = part("span", "lp-sign", parent);
      part("i", `lp-key ${name}`, box, { "aria-hidden": "true" });
      part("span", "", box, {}, text);
    };
    const { most } = data;
    if (data.size) sign("lp-key-bubble", `${data.size.label} ${words.up_to} ${plain(data.size.most)} ${data.size.unit}`);
    if (data.difference && data.size) {
      sign("lp-key-bubble lp-key-less", `${words.difference}: ${words.up_to} ${plain(data.difference.most.size)} ${data.size.unit}${words.comma}${words.less}`);
    }
    sign("lp-key-ring", data.distress.label);
    sign("lp-key-port", `${words.port} ${words.up_to} ${plain(most.port)} ${data.port.unit}`);
    sign("lp-key-lane", `${words.lane} ${words.up_to} ${plain(most.lane)} ${data.lane.unit}`);
    if (!this.still) sign("lp-key-pulse", data.sides.every((side) => side.counted) ? words.arrivals : words.money);
  }
  controls(parent) {
    const { words, clock } = this;
    const button = (name, icon, said, act) => {
      const node = part("button", `lp-button ${name}`, parent, { type: "button", "aria-label": said, title: said });
      draw("path", { d: icon }, draw("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, node));
      node.addEventListener("click", act);
      return node;
    };
    button("lp-back", "M6 5h2v14H6zM20 5v14L9 12z", words.previous, () => this.jump(-1));
    this.toggle = button("lp-play", "M7 4v16l13-8z", words.play, () => this.playOrPause());
    button("lp-next", "M16 5h2v14h-2zM4 5v14l11-7z", words.next, () => this.jump(1));
    const speed = part("select", "lp-speed", parent, { "aria-label": words.speed, title: words.speed });
    for (const rate of [1, 2, 4, 8]) part("option", "", speed, { value: rate }, `${rate}\u00d7`);
    speed.value = clock.speed;
    speed.addEventListener("change", () => {
      clock.speed = Number(speed.value);
      this.root.dataset.speed = speed.value;
    });
    this.quarter = part("output", "lp-quarter", parent, { "aria-label": words.quarter });
    this.kind = part("span", "lp-kind", parent);
    this.caption = part("span", "lp-event-text", parent);
    button("lp-save", "M5 19h14v2H5zM11 3h2v9l3.5-3.5L18 10l-6 6-6-6 1.5-1.5L11 12z", words.save, () => this.save());
    this.root.dataset.speed = String(clock.speed);
  }
  playOrPause() {
    if (this.clock.playing) this.clock.pause();
    else this.clock.play();
  }
  jump(way) {
    const places = [...new Set(this.events.map((event) => event.quarter))];
    const here = this.clock.index;
    const next = way > 0 ? places.find((place) => place > here) : places.reverse().find((place) => place < here);
    this.clock.go(next === undefined ? (way > 0 ? this.data.quarters - 1 : 0) : next);
  }
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.target.tagName === "SELECT") return;
    if (event.key === " " && event.target.tagName !== "BUTTON") this.playOrPause();
    else if (step) this.step(step * (event.shiftKey ? 4 : 1));
    else if (event.key === "Home") this.clock.go(0);
    else if (event.key === "End") this.clock.go(this.data.quarters - 1);
    else return;
    event.preventDefault();
  }
  step(quarters) {
    this.clock.go(this.clock.index + quarters);
  }
  // A place is looked at (a map is given) or chosen; the panel shows the one looked at, else the chosen one.
  choose(key, map = null, passing = false, first = false) {
    if (passing) this.hovered = key;
    else if (!first) {
      this.selected = this.selected === key ? "" : key;
      this.options.chosen(this.selected);
    }
    this.root.dataset.selected = this.selected;
    for (const each of this.maps) each.mark(this.selected);
    this.over = passing && key ? map : null;
    const shown = this.hovered || this.selected;
    if (shown !== this.looked) {
      this.looked = shown;
      this.fill(shown);
    }
    this.draw();
  }
  fill(key) {
    const { data, words } = this;
    const [kind, name] = key.split(":");
    const list = kind === "port" ? data.base.ports : data.base.cities;
    const i = key ? list.findIndex((place) => place.key === name) : -1;
    this.panel.replaceChildren();
    part("h2", "lp-place-name", this.panel, {}, i < 0 ? words.province : kind === "port" ? `${words.port}: ${list[i].name}` : list[i].name);
    const lines = (pick) => data.sides.map((side, s) => ({ name: side.name, style: "ab"[s], values: pick(side) })).filter((line) => line.values);
    this.charts = [];
    const chart = (spec, pick) => {
      const found = lines(pick);
      if (found.length) this.charts.push(new Series(this.panel, data, spec.label, spec.unit, found));
    };
    if (i < 0) {
      chart(data.shade, (side) => side.province);
      if (data.size) chart(data.size, (side) => side.province_size);
      part("p", "lp-hint", this.panel, {}, words.hint);
    } else if (kind === "port") {
      chart(data.port, (side) => series(side.ports, list.length, i));
    } else {
      chart(data.shade, (side) => series(side.shade, list.length, i));
      if (data.difference) {
        const line = { name: words.difference, style: "d", values: series(data.difference.shade, list.length, i) };
        this.charts.push(new Series(this.panel, data, words.difference, data.difference.unit, [line]));
      }
      if (data.size) chart(data.size, (side) => series(side.size, list.length, i));
      if (data.shade.name !== data.distress.name) chart(data.distress, (side) => series(side.ring, list.length, i));
    }
    this.panel.style.setProperty("--charts", Math.max(2, this.charts.length));
    for (const each of this.charts) each.lay();
  }
  draw() {
    const { clock, data, words } = this;
    const { time, index } = clock;
    for (const map of this.maps) map.draw(time);
    for (const chart of this.charts) chart.draw(time, index);
    if (this.root.dataset.playing !== String(clock.playing)) {
      this.root.dataset.playing = String(clock.playing);
      this.toggle.setAttribute("aria-label", clock.playing ? words.pause : words.play);
      this.toggle.title = clock.playing ? words.pause : words.play;
      this.toggle.querySelector("path").setAttribute("d", clock.playing ? "M6 4h4v16H6zM14 4h4v16h-4z" : "M7 4v16l13-8z");
    }
    if (index !== this.shown) {
      if (clock.playing && !this.still && index === this.shown + 1) for (const map of this.maps) map.pulse(index);
      this.shown = index;
      this.root.dataset.index = index;
      this.root.dataset.quarter = label(data.first, index);
      this.tell(index);
    }
    this.point(time, index);
  }
  tell(index) {
    const { data, words } = this;
    const quarter = label(data.first, index);
    this.quarter.textContent = quarter;
    this.kind.textContent = index < data.history ? words.history : words.what_if;
    this.kind.classList.toggle("lp-kind-new", index >= data.history);
    const last = this.events.filter((event) => event.quarter <= index).at(-1);
    const together = last ? this.events.filter((event) => event.quarter === last.quarter) : [];
    this.caption.textContent = last ? `${last.label}: ${together.map((event) => event.text).join("; ")}` : "";
    this.caption.toggleAttribute("data-now", Boolean(last) && index - last.quarter < 4);
    this.caption.title = this.caption.textContent;
    this.line.draw(index, `${quarter}, ${this.kind.textContent}`);
    const happens = last && last.quarter === index;
    if (!this.clock.playing || happens) this.live.textContent = happens ? this.caption.textContent : quarter;
  }
  // The values of the place under the pointer or with the focus, on the map where it is.
  point(time, index) {
    const { data, over } = this;
    this.tip.classList.toggle("lp-open", Boolean(over));
    if (!over || (this.tip.dataset.of === `${over.figures.key} ${this.hovered} ${index}`)) return;
    this.tip.dataset.of = `${over.figures.key} ${this.hovered} ${index}`;
    const [kind, name] = this.hovered.split(":");
    const { figures, apart, base } = over;
    const list = kind === "port" ? base.ports : base.cities;
    const i = list.findIndex((place) => place.key === name);
    const said = (spec, flat, unit) => `${spec.label}: ${plain(flat[index * list.length + i], apart)} ${unit || spec.unit}`;
    const rows = kind === "port" ? [said(data.port, figures.ports)] : [said(data.shade, figures.shade, apart && data.difference.unit)];
    if (kind === "city" && data.size) rows.push(said(data.size, figures.size));
    if (kind === "city" && !apart && data.shade.name !== data.distress.name) rows.push(said(data.distress, figures.ring));
    this.tip.replaceChildren();
    part("strong", "", this.tip, {}, `${list[i].name}, ${label(data.first, index)}`);
    for (const row of rows) part("div", "", this.tip, {}, row);
    over.marks.get(this.hovered).setAttribute("aria-label", `${list[i].name}. ${rows.join("; ")}`);
    const box = over.svg.getBoundingClientRect(), home = this.root.getBoundingClientRect();
    const scale = Math.min(box.width / base.width, box.height / base.height);
    const x = box.left - home.left + (box.width - scale * base.width) / 2 + scale * list[i].x;
    const y = box.top - home.top + (box.height - scale * base.height) / 2 + scale * list[i].y;
    const left = x + 250 > home.width;
    Object.assign(this.tip.style, { left: left ? "" : `${x + 24}px`, right: left ? `${home.width - x + 24}px` : "", top: `${Math.max(0, y - 20)}px` });
  }
  rest() {
    this.live.textContent = this.root.dataset.quarter;
    this.options.rested(this.clock.index, this.clock.playing);
  }
  fit() {
    for (const map of this.maps) map.fit();
    for (const chart of this.charts) chart.lay();
    this.line.fit();
    this.draw();
  }
  save() {
    const text = picture(this);
    const link = part("a", "", null, { href: URL.createObjectURL(new Blob([text], { type: "image/svg+xml" })) });
    link.download = `${this.data.file}_${this.root.dataset.quarter}.svg`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
  remove() {
    this.clock.stop();
    this.watch.disconnect();
    document.removeEventListener("keydown", this.outer);
    this.root.remove();
  }
}

// The maps as they stand, side by side in one file that needs no styles from elsewhere.
function picture(player) {
  const { base, shade, difference } = player.data;
  const look = getComputedStyle(player.root);
  const width = base.width * player.maps.length, height = base.height + 70;
  const svg = draw("svg", { xmlns: SVG, viewBox: `0 0 ${width} ${height}`, width, height, "font-family": look.fontFamily });
  draw("rect", { width, height, fill: look.getPropertyValue("--ground") || "#fff" }, svg);
  player.maps.forEach((map, i) => {
    const group = draw("g", { transform: `translate(${i * base.width} 34)` }, svg);
    const text = (x, y, said, size) => {
      draw("text", { x, y, fill: look.color, "font-size": size }, group).textContent = said;
    };
    text(12, -12, `${map.title.name}, ${player.root.dataset.quarter}. ${map.title.run}`, 15);
    map.svg.style.setProperty("--u", 1); // letters in the size of the file, not of the page
    map.svg.classList.remove("lp-small");
    for (const layer of map.svg.children) {
      const copy = layer.cloneNode(true);
      const from = [layer, ...layer.querySelectorAll("*")], to = [copy, ...copy.querySelectorAll("*")];
      from.forEach((node, k) => {
        const style = getComputedStyle(node);
        for (const name of STYLES) to[k].setAttribute(name, style.getPropertyValue(name));
        if (style.transform !== "none") to[k].setAttribute("transform", style.transform);
        for (const name of ["tabindex", "role", "style"]) to[k].removeAttribute(name);
      });
      group.append(copy);
    }
    map.fit();
    const limits = map.figures.limits, swatch = map.box.ownerDocument.querySelectorAll(`.lp-scale[data-scale=${map.apart ? "difference" : "level"}] .lp-swatch`);
    swatch.forEach((node, k) => {
      draw("rect", { x: 12 + 52 * k, y: base.height + 6, width: 52, height: 10, fill: getComputedStyle(node).backgroundColor }, group);
      if (k < limits.length) text(52 + 52 * k, base.height + 28, short(limits[k]), 11);
    });
    text(24 + 52 * swatch.length, base.height + 16, map.apart ? difference.unit : `${shade.label}, ${shade.unit}`, 12);
  });
  return new XMLSerializer().serializeToString(svg);
}

function render({ model, el }) {
  let player = null, waiting = 0, telling = 0;
  const make = () => {
    waiting = 0;
    const figures = model.get("figures");
    if (!figures || !figures.sides) return;
    const data = { ...figures, base: model.get("base") };
    const before = player && { start: Math.min(player.clock.index, data.quarters - 1), speed: player.clock.speed, going: player.clock.playing };
    if (player) player.remove();
    player = new Player(el, data, {
      start: before ? before.start : Math.max(0, Math.min(model.get("quarter"), data.quarters - 1)),
      speed: before ? before.speed : 2,
      selected: model.get("selected"),
      chosen: (key) => tell({ selected: key, quarter: player.clock.index }),
      rested: (index, playing) => {
        clearTimeout(telling); // a key held down is told once, when it is let go
        telling = setTimeout(() => tell({ quarter: index, playing }), 150);
      },
    });
    if (before ? before.going : model.get("autoplay") && !player.still) player.clock.play();
  };
  const tell = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  const soon = () => {
    if (!waiting) waiting = setTimeout(make, 0); // figures and names of the map may arrive one after the other
  };
  make();
  for (const name of ["change:figures", "change:base"]) model.on(name, soon);
  return () => {
    clearTimeout(waiting);
    clearTimeout(telling);
    for (const name of ["change:figures", "change:base"]) model.off(name, soon);
    if (player) player.remove();
  };
}

export default { render };
