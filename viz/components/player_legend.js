// Part four of the player: the legend.

// What the classes of a map are: its name, what it says, limits, and the colour of each class.
function scales(data, words) {
  const limits = data.shade.limits;
  const found = [{
    name: "level",
    said: data.shade.label + words.comma + data.shade.unit,
    limits,
    colour: (i) => `s${limits.length ? Math.round((i * (COLOURS - 1)) / limits.length) : 2}`,
  }];
  if (data.difference) {
    const apart = data.difference.limits;
    found.push({
      name: "difference",
      said: apart.length ? words.difference + words.comma + data.difference.unit : words.difference + words.colon + words.none,
      limits: apart,
      colour: (i) => (apart.length ? `d${i}` : "d3"),
    });
  }
  return found;
}

// The signs of the maps and what they say; also for the saved picture.
function signs(data, words, still) {
  const { most, difference } = data;
  const found = [];
  if (difference) found.push(["hatch", words.unsure]);
  if (data.size) found.push(["bubble", `${data.size.label} ${words.up_to} ${plain(data.size.most)} ${data.size.unit}`]);
  if (difference && data.size) {
    found.push(["less", `${words.difference}${words.colon}${words.up_to} ${plain(difference.most.size)} ${difference.size_unit}${words.comma}${words.less}`]);
  }
  found.push(["ring", words.ring]);
  found.push(["port", `${words.port} ${words.up_to} ${plain(most.port)} ${data.port.unit}`]);
  found.push(["lane", `${words.lane} ${words.up_to} ${plain(most.lane)} ${data.lane.unit}`]);
  if (!still) found.push(["pulse", data.sides.every((side) => side.counted) ? words.arrivals : words.money]);
  return found;
}

function drawLegend(parent, data, words, still) {
  const box = part("div", "lp-legend", parent, { id: "lp-legend", role: "group", "aria-label": words.legend });
  for (const { name, said, limits, colour } of scales(data, words)) {
    const scale = part("div", "lp-scale", box, { "data-scale": name });
    part("span", "lp-scale-title", scale, {}, said);
    const bar = part("span", "lp-bar", scale);
    for (let i = 0; i <= limits.length; i += 1) {
      const cell = part("span", "lp-cell", bar);
      part("i", `lp-swatch ${colour(i)}`, cell);
      if (i < limits.length) part("b", "", cell, {}, short(limits[i]));
    }
  }
  for (const [name, said] of signs(data, words, still)) {
    const sign = part("span", "lp-sign", box, { "data-sign": name });
    part("i", `lp-key lp-key-${name}`, sign, { "aria-hidden": "true" });
    part("span", "", sign, {}, said);
  }
}
