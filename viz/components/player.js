// Part seven of the player: maps, controls and time line put together; keys; what it tells the server and remembers.

class Player {
  constructor(el, data, options) {
    Object.assign(this, { el, data, words: data.words, selected: options.selected, hovered: "", options });
    this.still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.clock = new Clock(data.quarters, options.start, this.still, () => this.draw(), () => this.rest());
    this.clock.speed = options.speed;
    this.shown = -1;
    this.root = part("section", "lp", el, { role: "region", "aria-label": this.words.player, tabindex: 0, "data-sides": data.sides.length });
    this.events = this.collect();
    this.controls(part("div", "lp-controls", this.root)); // first for the keyboard; on the page they stand below the maps
    this.line = new TimeLine(this.root, data, this.words, this.clock, this.events);
    const many = data.sides.length > 1; // then the series stand below the time line
    const stage = part("div", `lp-stage lp-maps-${data.sides.length + (data.difference ? 1 : 0)}`, this.root);
    this.maps = this.drawMaps(part("div", "lp-maps", stage));
    drawLegend(this.root, data, this.words, this.still);
    this.panel = new Panel(many ? part("div", "lp-below", this.root) : stage, data, this.words, () => this.choose(this.selected));
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
    const { words } = this;
    const found = new Map();
    const many = this.data.sides.filter((side) => side.events.some((event) => event.new)).length > 1;
    for (const side of this.data.sides) {
      for (const event of side.events) {
        const text = many && event.new ? side.heading + words.colon + event.text : event.text;
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
      const title = { name: side.heading, run: side.told, tip: `${side.name} (${side.result})`, first: i === 0 };
      return new CityMap(parent, data.base, data, { ...side, key: "ab"[i], limits, most }, false, title, choose);
    });
    if (data.difference) {
      const link = part("a", "lp-compare", null, { href: this.options.compare }, words.compare);
      link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return; // in a window of its own
        event.preventDefault();
        this.options.leave();
      });
      const title = { name: words.difference, run: words.difference_run, tip: words.difference_of, first: false, link };
      maps.push(new CityMap(parent, data.base, data, { ...data.difference, key: "difference" }, true, title, choose));
    }
    return maps;
  }
  controls(parent) {
    const { words, clock } = this;
    const button = (name, icon, said, act) => {
      const node = part("button", `lp-button ${name}`, parent, { type: "button", "aria-label": said, title: said });
      draw("path", { d: icon }, draw("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, node));
      node.addEventListener("click", act);
      return node;
    };
    const jump = (way) => (event) => {
      this.jump(way);
      if (event.detail) this.root.focus({ preventScroll: true }); // after a click, unlike Enter, the space bar is to play
    };
    button("lp-back", "M6 5h2v14H6zM20 5v14L9 12z", words.previous, jump(-1));
    this.toggle = button("lp-play", "M7 4v16l13-8z", words.play, () => this.playOrPause());
    button("lp-next", "M16 5h2v14h-2zM4 5v14l11-7z", words.next, jump(1));
    const speed = part("select", "lp-speed", parent, { "aria-label": words.speed, title: words.speed });
    for (const rate of [1, 2, 4, 8]) part("option", "", speed, { value: rate }, `${rate}\u00d7`);
    speed.value = clock.speed;
    speed.addEventListener("change", () => {
      clock.speed = Number(speed.value);
      this.root.dataset.speed = speed.value;
      this.options.paced();
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
    else if (event.key === "Escape" && this.selected) this.choose(this.selected);
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
    const looked = `${shown} ${shown === this.selected}`;
    if (looked !== this.looked) {
      this.looked = looked;
      this.panel.fill(shown, shown && shown === this.selected);
    }
    this.draw();
  }
  draw() {
    const { clock, data, words } = this;
    const { time, index } = clock;
    for (const map of this.maps) map.draw(time);
    this.panel.draw(time, index);
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
    this.caption.textContent = last ? last.label + words.colon + together.map((event) => event.text).join(words.semicolon) : "";
    this.caption.toggleAttribute("data-now", Boolean(last) && index - last.quarter < 4);
    this.caption.title = this.caption.textContent;
    this.line.draw(index, `${quarter}, ${this.kind.textContent}`);
    if (!this.clock.playing) for (const map of this.maps) map.say(index);
    const happens = last && last.quarter === index;
    if (!this.clock.playing || happens) this.live.textContent = happens ? this.caption.textContent : quarter;
  }
  // The values of the place under the pointer or with the focus, on the map where it is.
  point(time, index) {
    const { data, over, words } = this;
    this.tip.classList.toggle("lp-open", Boolean(over));
    if (!over || (this.tip.dataset.of === `${over.figures.key} ${this.hovered} ${index}`)) return;
    this.tip.dataset.of = `${over.figures.key} ${this.hovered} ${index}`;
    const [kind, name] = this.hovered.split(":");
    const { figures, apart, base } = over;
    const list = kind === "port" ? base.ports : base.cities;
    const i = list.findIndex((place) => place.key === name);
    const said = (spec, flat, unit) => `${spec.label}${words.colon}${plain(flat[index * list.length + i], apart)} ${unit || spec.unit}`;
    const rows = kind === "port" ? [said(data.port, figures.ports)] : [said(data.shade, figures.shade, apart && data.difference.unit)];
    const unsure = apart && kind === "city" && over.unsure(i, index);
    const ends = unsure || (apart && kind === "city") ? [figures.low, figures.high].map((flat) => flat[index * list.length + i]) : [];
    if (ends.some(Boolean) && !figures.few) {
      const [low, high] = ends.map((value) => plain(value, true));
      rows.push(`${words.interval}${words.colon}${low} ${words.to} ${high} ${data.difference.unit}${unsure ? `${words.comma}${words.open}` : ""}`);
    } else if (unsure) rows.push(words.open);
    if (kind === "city" && data.size) rows.push(said(data.size, figures.size, apart && figures.size_unit));
    if (kind === "city" && !apart && data.shade.name !== data.distress.name) rows.push(said(data.distress, figures.ring));
    this.tip.replaceChildren();
    const place = kind === "port" ? words.port_of.replace("{name}", list[i].name) : list[i].name;
    part("strong", "", this.tip, {}, `${place}, ${label(data.first, index)}`);
    for (const row of rows) part("div", "", this.tip, {}, row);
    over.marks.get(this.hovered).setAttribute("aria-label", `${place}. ${rows.join("; ")}`);
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
    this.panel.lay();
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

// What the tab of the browser remembers, so that a reader who comes back finds the quarter, speed and place again.
const MEMORY = "liaosim-play";

function recall(result) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(MEMORY)) || {};
    return kept.result === result ? kept : { speed: kept.speed };
  } catch {
    return {};
  }
}

function remember(values, first) {
  try {
    sessionStorage.setItem(MEMORY, JSON.stringify(values));
  } catch {
    // a browser that keeps nothing: the page works without
  }
  if (!/\/(play)?$/.test(location.pathname)) return; // the reader has left
  const here = new URL(location.href);
  here.searchParams.set("quarter", label(first, values.quarter));
  if (values.selected) here.searchParams.set("place", values.selected);
  else here.searchParams.delete("place");
  history.replaceState(history.state, "", here);
}

// Where a player begins: as the address asks, else where the reader left it, else at the end, or at the start to play.
function beginning(model, data) {
  const asked = model.get("asked"), autoplay = model.get("autoplay"), last = data.quarters - 1;
  const [, year, number] = /^(\d{4})Q([1-4])$/.exec(asked.quarter) || [];
  const kept = recall(data.sides[0].result);
  const given = year ? (Number(year) - data.first) * 4 + Number(number) - 1 : asked.place ? undefined : kept.quarter;
  const place = asked.place || (year ? "" : kept.selected) || "";
  const [kind, key] = place.split(":");
  const known = { city: data.base.cities, port: data.base.ports }[kind] || [];
  return {
    start: Math.max(0, Math.min(last, given ?? (autoplay ? 0 : last))),
    speed: kept.speed || 2,
    selected: known.some((each) => each.key === key) ? place : "",
    going: autoplay && given === undefined,
    back: kept.quarter !== undefined,
  };
}

function render({ model, el }) {
  let player = null, waiting = 0, telling = 0;
  const keep = () => {
    if (!player) return;
    const { clock, selected, data } = player;
    remember({ result: data.sides[0].result, quarter: clock.index, speed: clock.speed, selected }, data.first);
  };
  const make = () => {
    waiting = 0;
    const figures = model.get("figures");
    if (!figures || !figures.sides) return;
    const data = { ...figures, base: model.get("base") };
    const before = player && { start: Math.min(player.clock.index, data.quarters - 1), speed: player.clock.speed, selected: player.selected, going: player.clock.playing };
    if (player) player.remove();
    const begin = before || beginning(model, data);
    player = new Player(el, data, {
      ...begin,
      compare: model.get("asked").compare,
      leave: () => tell({ leaving: model.get("leaving") + 1 }),
      paced: keep,
      chosen: (key) => {
        keep();
        tell({ selected: key, quarter: player.clock.index });
      },
      rested: (index, playing) => {
        clearTimeout(telling); // a key held down is told once, when it is let go
        telling = setTimeout(() => {
          keep();
          tell({ quarter: index, playing });
        }, 150);
      },
    });
    if (begin.back) keep(); // the address is that of the tab
    if (!before && !begin.going) tell({ quarter: begin.start, selected: begin.selected });
    if (begin.going && (before || !player.still)) player.clock.play();
  };
  const tell = (values) => {
    const news = Object.entries(values).filter(([name, value]) => model.get(name) !== value);
    for (const [name, value] of news) model.set(name, value);
    if (news.length) model.save_changes();
  };
  const soon = () => {
    if (!waiting) waiting = setTimeout(make, 0); // figures and names of the map may arrive one after the other
  };
  make();
  window.addEventListener("solara.router", keep); // another choice has another address
  for (const name of ["change:figures", "change:base"]) model.on(name, soon);
  return () => {
    clearTimeout(waiting);
    clearTimeout(telling);
    for (const name of ["change:figures", "change:base"]) model.off(name, soon);
    window.removeEventListener("solara.router", keep);
    keep(); // also when it plays
    if (player) player.remove();
  };
}

export default { render };
