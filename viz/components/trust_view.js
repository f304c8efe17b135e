// Shows HTML made by the server and tells it which element with a data-key was clicked, or chosen by keyboard.
function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "view";
  el.appendChild(root);

  function draw() {
    const held = root.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
    root.innerHTML = model.get("html");
    if (held !== undefined) {
      const again = root.querySelector(`[data-key="${CSS.escape(held)}"]`);
      if (again) again.focus({ preventScroll: true });
    }
    const marked = root.querySelector("[data-scroll]");
    if (marked) requestAnimationFrame(() => marked.scrollIntoView({ block: marked.dataset.scroll || "nearest" }));
  }

  function tell(event) {
    const found = event.target.closest("[data-key]");
    if (!found || !root.contains(found)) return;
    event.preventDefault();
    model.set("told", { key: found.dataset.key, count: (model.get("told").count || 0) + 1 });
    model.save_changes();
  }

  function press(event) {
    if (event.key === "Enter" || event.key === " ") tell(event);
  }

  root.addEventListener("click", tell);
  root.addEventListener("keydown", press);
  model.on("change:html", draw);
  draw();
  return () => model.off("change:html", draw);
}

export default { render };
