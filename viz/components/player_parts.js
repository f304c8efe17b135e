// Part one of the player (player.py joins the parts): elements, numbers and the clock.
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
