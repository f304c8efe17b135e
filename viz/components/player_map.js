// Part one of the player (player.py joins the parts): numbers, the clock and one map.
// The player draws stored runs. Python sends figures once and hears of a quarter only when playing stops.

const SVG = "http://www.w3.org/2000/svg";
const COLOURS = 6; // of levels, classes s0 to s5 in player.css
const BUBBLE = 24; // radius of the greatest bubble, units of the map
const BARE = 6; // radius of the ring where no bubble is shown
const LANE = 9; // width of the heaviest lane
const THUMB = 16; // width of the scrubber's thumb, px
const MINUS = "\u2212";

function draw(tag, attributes, parent) {
  const node = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (parent) parent.append(node);
  return node;
}

function part(tag, name, parent, attributes = {}, text = "") {
  const node = document.createElement(tag);
  if (name) node.className = name;
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text) node.textContent = text;
  if (parent) parent.append(node);
  return node;
}

// Three significant digits, all digits before the point, like simulator/numbers.py.
function plain(value, signed = false) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "\u2013";
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size < 0.0005) return "\u2248 0";
  const digits = Math.max(0, 2 - Number(size.toExponential(2).split("e")[1]));
  const text = size.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return (value < 0 ? MINUS : signed ? "+" : "") + text;
}

function short(value) {
  return value.toLocaleString("en-US", { maximumSignificantDigits: 3, maximumFractionDigits: 8 }).replace("-", MINUS);
}

// Value of entity i of n at a time between quarters; unknown if a neighbour that counts is.
function at(flat, n, i, time) {
  const low = Math.floor(time);
  const share = time - low;
  const a = flat[low * n + i];
  if (share === 0) return a;
  const b = flat[(low + 1) * n + i];
  return a === null || b === null ? null : a + share * (b - a);
}

function label(first, index) {
  return `${first + Math.floor(index / 4)}Q${(index % 4) + 1}`;
}

class Clock {
  constructor(quarters, start, still, changed, rested) {
    Object.assign(this, { quarters, time: start, still, changed, rested, playing: false, speed: 2, frame: 0, last: 0 });
  }
  get index() {
    return Math.min(this.quarters - 1, Math.floor(this.time + 1e-6));
  }
  play() {
    if (this.playing) return;
    if (this.time >= this.quarters - 1) this.time = 0;
    this.playing = true;
    this.last = performance.now();
    this.exact = this.time;
    this.frame = requestAnimationFrame((now) => this.tick(now));
    this.changed();
  }
  tick(now) {
    this.exact = Math.min(this.quarters - 1, this.exact + (Math.max(0, Math.min(250, now - this.last)) / 1000) * this.speed);
    this.last = now;
    this.time = this.still ? Math.floor(this.exact) : this.exact; // less motion: from quarter to quarter
    if (this.exact >= this.quarters - 1) return this.pause();
    this.changed();
    this.frame = requestAnimationFrame((then) => this.tick(then));
  }
  pause() {
    if (!this.playing) return;
    cancelAnimationFrame(this.frame);
    this.playing = false;
    this.time = Math.min(this.quarters - 1, Math.round(this.time));
    this.changed();
    this.rested();
  }
  go(index, rest = true) {
    this.time = Math.max(0, Math.min(this.quarters - 1, Math.round(index)));
    this.exact = this.time;
    this.changed();
    if (rest && !this.playing) this.rested();
  }
  stop() {
    cancelAnimationFrame(this.frame);
    this.playing = false;
  }
}

function classOf(value, limits) {
  let number = 0;
  while (number < limits.length && value >= limits[number]) number += 1;
  return number;
}

// One map. `figures`: shade, size, ring, ports, lanes, most, limits; `apart` for a difference.
class CityMap {
  constructor(parent, base, data, figures, apart, title, choose) {
    Object.assign(this, { base, data, figures, apart, title, n: base.cities.length, choose, marks: new Map() });
    this.box = part("figure", "lp-map", parent, { "data-map": figures.key });
    const caption = part("figcaption", "lp-caption", this.box);
    part("strong", "", caption, {}, title.name);
    part("span", "lp-run", caption, {}, title.run);
    part("span", "lp-title", caption, { title: title.title }, title.title);
    this.svg = draw("svg", { viewBox: `0 0 ${base.width} ${base.height}`, role: "group", "aria-label": `${title.name}. ${title.run}` }, this.box);
    const layer = (name) => draw("g", { class: name }, this.svg);
    this.areas = layer("lp-areas");
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
      const at_ = { cx: city.x, cy: city.y };
      const bubble = draw("circle", { ...at_, r: 0, class: "lp-bubble" }, bubbles);
      const rings = apart ? [] : ["lp-ring lp-halo", "lp-ring"].map((name) =>
        draw("circle", { ...at_, r: BARE, class: name, pathLength: 1, "stroke-dasharray": "0 1", transform: `rotate(-90 ${city.x} ${city.y})` }, bubbles));
      const large = city.key === "Shenyang" || city.key === "Dalian";
      const name = draw("text", { x: city.x, y: city.y, class: `lp-name lp-${city.side}${large ? " lp-large" : ""}`, "data-name": city.key }, names);
      name.textContent = city.name;
      this.listen(area, "city", city, apart ? -1 : title.first ? 0 : -1);
      const sign = apart ? draw("text", { x: city.x, y: city.y, class: "lp-name lp-plus" }, names) : null; // not by colour alone
      return { area, bubble, rings, name, sign, shade: -1, r: -1, share: -1, less: false };
    });
    this.ports = base.ports.map((port) => {
      if (port.outside) draw("text", { x: port.x, y: port.y - 9, "text-anchor": "middle", class: "lp-place" }, names).textContent = port.name;
      const node = draw("path", { d: "M0-6 6 0 0 6-6 0z", class: "lp-port", "data-port": port.key }, ports);
      this.listen(node, "port", port, apart ? -1 : title.first ? 0 : -1);
      return { node, scale: -1, sign: 0 };
    });
  }
  listen(node, kind, place, order) {
    const key = `${kind}:${place.key}`;
    this.marks.set(key, node);
    for (const [name, value] of Object.entries({ tabindex: order, role: "button", "aria-label": place.name })) node.setAttribute(name, value);
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
  draw(time) {
    const { figures, apart } = this;
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
      if (apart && size < 0 !== city.less) city.bubble.classList.toggle("lp-less", (city.less = size < 0));
      if (apart) return;
      const share = at(figures.ring, this.n, i, time) || 0;
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
    this.svg.classList.toggle("lp-small", scale < 0.62);
  }
  mark(key) {
    for (const [name, node] of this.marks) node.toggleAttribute("data-chosen", name === key);
    for (const city of this.cities) city.name.toggleAttribute("data-chosen", `city:${city.name.dataset.name}` === key);
  }
}
