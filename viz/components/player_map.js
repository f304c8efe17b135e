// Part two of the player: one map.

function classOf(value, limits) {
  let number = 0;
  while (number < limits.length && value >= limits[number]) number += 1;
  return number;
}

// One map. `figures`: shade, size, ring, ports, lanes, most, limits; `apart` for a difference, whose figures also have the
// ends of an interval over runs, low and high: cities that may owe theirs to chance are hatched.
class CityMap {
  constructor(parent, base, data, figures, apart, title, choose) {
    Object.assign(this, { base, data, figures, apart, title, n: base.cities.length, choose, marks: new Map() });
    this.box = part("figure", "lp-map", parent, { "data-map": figures.key });
    const caption = part("figcaption", "lp-caption", this.box);
    part("strong", "lp-heading", caption, { title: title.tip }, title.name);
    const told = part("span", "lp-run", caption, {}, title.run);
    if (title.link) told.append(" ", title.link);
    this.svg = draw("svg", {
      viewBox: `0 0 ${base.width} ${base.height}`, role: "group", "aria-label": `${apart ? title.tip : title.name}. ${title.run}`, "aria-describedby": "lp-legend",
    }, this.box);
    this.said = apart ? part("p", "lp-live", this.box) : null; // what hatches say, for those who do not see them
    const layer = (name) => draw("g", { class: name }, this.svg);
    if (apart) {
      this.pattern = draw("pattern", { id: "lp-hatch", width: 7, height: 7, patternUnits: "userSpaceOnUse" }, draw("defs", {}, this.svg));
      draw("rect", { width: 3.2, height: 7, class: "lp-hatch-line" }, this.pattern);
    }
    this.areas = layer("lp-areas");
    const hatches = apart ? layer("lp-hatches") : null;
    const lanes = layer("lp-lanes");
    const bubbles = layer("lp-bubbles");
    this.pulses = layer("lp-pulses");
    const ports = layer("lp-ports");
    const names = layer("lp-names");
    this.lanes = data.lanes.map((number) => {
      const lane = base.lanes[number];
      const node = draw("path", { d: lane.path, class: lane.inland ? "lp-lane lp-inland" : "lp-lane" }, lanes);
      draw("title", {}, node).textContent = lane.name;
      return { node, width: -1, less: false };
    });
    for (const place of base.places) {
      draw("text", { x: place.x, y: place.y, "text-anchor": place.anchor, class: "lp-place" }, names).textContent = place.name;
    }
    this.cities = base.cities.map((city) => {
      const area = draw("path", { d: city.path, class: "lp-city", "data-city": city.key }, this.areas);
      const hatch = apart ? draw("path", { d: city.path, class: "lp-hatch", fill: "url(#lp-hatch)", "data-hatch": city.key }, hatches) : null;
      const at_ = { cx: city.x, cy: city.y };
      const bubble = draw("circle", { ...at_, r: 0, class: "lp-bubble" }, bubbles);
      const rings = apart ? [] : ["lp-ring lp-halo", "lp-ring"].map((name) =>
        draw("circle", { ...at_, r: BARE, class: name, pathLength: 1, "stroke-dasharray": "0 1", transform: `rotate(-90 ${city.x} ${city.y})` }, bubbles));
      const large = city.key === "Shenyang" || city.key === "Dalian";
      const name = draw("text", { x: city.x, y: city.y, class: `lp-name lp-${city.side}${large ? " lp-large" : ""}`, "data-name": city.key }, names);
      name.textContent = city.name;
      this.listen(area, "city", city, city.name, apart ? -1 : title.first ? 0 : -1);
      const sign = apart ? draw("text", { x: city.x, y: city.y, class: "lp-name lp-plus" }, names) : null; // not by colour alone
      return { area, hatch, bubble, rings, name, sign, shade: -1, r: -1, share: -1, less: false, unsure: null };
    });
    this.ports = base.ports.map((port) => {
      if (port.outside) draw("text", { x: port.x, y: port.y - 9, "text-anchor": "middle", class: "lp-place" }, names).textContent = port.name;
      const node = draw("path", { d: "M0-6 6 0 0 6-6 0z", class: "lp-port", "data-port": port.key }, ports);
      this.listen(node, "port", port, data.words.port_of.replace("{name}", port.name), apart ? -1 : title.first ? 0 : -1);
      return { node, scale: -1, sign: 0 };
    });
  }
  listen(node, kind, place, said, order) {
    const key = `${kind}:${place.key}`;
    this.marks.set(key, node);
    for (const [name, value] of Object.entries({ tabindex: order, role: "button", "aria-label": said })) node.setAttribute(name, value);
    const choose = () => this.choose(key);
    node.addEventListener("click", choose);
    node.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      choose();
    });
    for (const event of ["pointerenter", "focus"]) node.addEventListener(event, () => this.choose(key, this, true));
    for (const event of ["pointerleave", "blur"]) node.addEventListener(event, () => this.choose("", this, true));
  }
  // Whether the runs leave open which way a city differs in a quarter.
  unsure(i, index) {
    const { shade, low, high, few } = this.figures;
    const place = index * this.n + i;
    return Boolean(shade[place]) && (few || (low[place] <= 0 && high[place] >= 0));
  }
  say(index) {
    if (!this.said) return;
    const { words } = this.data;
    const names = (open) => this.base.cities.filter((_, i) => this.figures.shade[index * this.n + i] && this.unsure(i, index) === open).map((city) => city.name);
    const parts = [["open_cities", names(true)], ["sure_cities", names(false)]].filter(([, found]) => found.length);
    this.said.textContent = parts.map(([key, found]) => words[key].replace("{cities}", found.join(words.comma))).join(" ");
  }
  draw(time) {
    const { figures, apart } = this;
    const index = Math.floor(time + 1e-6);
    this.cities.forEach((city, i) => {
      const value = at(figures.shade, this.n, i, time);
      const shade = value === null ? "lp-unknown" : this.colour(value);
      if (shade !== city.shade) {
        city.area.setAttribute("class", `lp-city ${(city.shade = shade)}`);
        if (apart) city.sign.textContent = shade === "d3" || value === null ? "" : value > 0 ? "+" : MINUS;
      }
      const size = figures.size ? at(figures.size, this.n, i, time) : null;
      const r = figures.size ? BUBBLE * Math.sqrt(Math.abs(size || 0) / (figures.most.size || 1)) : 0;
      if (Math.abs(r - city.r) > 0.1 || (r === 0) !== (city.r === 0)) {
        city.r = r;
        city.bubble.setAttribute("r", r.toFixed(2));
        for (const ring of city.rings) ring.setAttribute("r", (figures.size ? Math.max(BARE - 3, r) + 3 : BARE).toFixed(2));
      }
      const unsure = apart && this.unsure(i, index);
      if (apart && unsure !== city.unsure) city.hatch.toggleAttribute("data-unsure", (city.unsure = unsure));
      if (apart && size < 0 !== city.less) city.bubble.classList.toggle("lp-less", (city.less = size < 0));
      if (apart) return;
      const share = (at(figures.ring, this.n, i, time) || 0) / 100; // of a full ring
      if (Math.abs(share - city.share) <= 0.003) return;
      city.share = share;
      for (const ring of city.rings) ring.setAttribute("stroke-dasharray", `${share.toFixed(3)} 1`);
    });
    const many = this.ports.length;
    this.ports.forEach((port, i) => {
      const value = at(figures.ports, many, i, time) || 0;
      const scale = 0.45 + 1.1 * Math.sqrt(Math.abs(value) / (figures.most.port || 1));
      const sign = apart ? Math.sign(value) : 0;
      if (Math.abs(scale - port.scale) < 0.02 && sign === port.sign) return;
      Object.assign(port, { scale, sign });
      port.node.setAttribute("transform", `translate(${this.base.ports[i].x} ${this.base.ports[i].y}) scale(${scale.toFixed(3)})`);
      port.node.setAttribute("class", `lp-port${["", " lp-more", " lp-less"].at(sign)}`);
    });
    this.lanes.forEach((lane, i) => {
      const value = at(figures.lanes, this.lanes.length, i, time) || 0;
      const width = LANE * Math.sqrt(Math.abs(value) / (figures.most.lane || 1));
      if (Math.abs(width - lane.width) < 0.08 && value < 0 === lane.less) return; // what nobody sees costs no drawing
      Object.assign(lane, { width, less: value < 0 });
      lane.node.setAttribute("stroke-width", width < 0.15 ? "0" : width.toFixed(2));
      if (apart) lane.node.classList.toggle("lp-less", lane.less);
    });
  }
  colour(value) {
    const { limits } = this.figures;
    if (this.apart) return limits.length ? `d${classOf(value, limits)}` : "d3";
    return `s${limits.length ? Math.round((classOf(value, limits) * (COLOURS - 1)) / limits.length) : 2}`;
  }
  pulse(index) {
    const { arrivals, counted } = this.figures;
    if (!arrivals) return;
    this.base.cities.forEach((city, i) => {
      const value = arrivals[index * this.n + i];
      const r = 8 + 8 * Math.sqrt(counted ? value : value * 20);
      if (value > (counted ? 0 : 0.02)) {
        const node = draw("circle", { cx: city.x, cy: city.y, r: Math.min(40, r).toFixed(1), class: "lp-pulse" }, this.pulses);
        node.addEventListener("animationend", () => node.remove());
      }
    });
  }
  fit() {
    const { width, height } = this.svg.getBoundingClientRect();
    const scale = Math.min(width / this.base.width, height / this.base.height);
    if (scale <= 0) return;
    this.svg.style.setProperty("--u", (1 / scale).toFixed(3));
    if (this.pattern) this.pattern.setAttribute("patternTransform", `rotate(45) scale(${(1 / scale).toFixed(3)})`);
    this.svg.classList.toggle("lp-small", scale < 0.62);
  }
  mark(key) {
    for (const [name, node] of this.marks) node.toggleAttribute("data-chosen", name === key);
    for (const city of this.cities) city.name.toggleAttribute("data-chosen", `city:${city.name.dataset.name}` === key);
  }
}
