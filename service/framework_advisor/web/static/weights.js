// A slider's share makes the others give way in proportion; a share is the square of the position.
const form = document.querySelector("form.weights");
if (form) {
  const sliders = [...form.querySelectorAll('input[type="range"]')];
  const start = sliders.map((slider) => Number(slider.dataset.share) / 100);
  let shares = [...start];

  const show = (moved) => {
    sliders.forEach((slider, i) => {
      const said = `${(shares[i] * 100).toFixed(1)}%`;
      if (i !== moved) slider.value = 100 * Math.sqrt(shares[i]);
      slider.setAttribute("aria-valuetext", said);
      slider.closest(".slider").querySelector("output").textContent = said;
    });
  };

  form.addEventListener("input", (event) => {
    const moved = sliders.indexOf(event.target);
    const wanted = Math.min((event.target.value / 100) ** 2, 0.999);
    const rest = 1 - shares[moved];
    shares = shares.map((share, i) =>
      i === moved ? wanted : rest > 0 ? (share * (1 - wanted)) / rest : (1 - wanted) / (shares.length - 1),
    );
    show(moved);
  });

  form.addEventListener("reset", () => {
    setTimeout(() => {
      shares = [...start];
      show(-1);
      htmx.trigger(form, "input");
    });
  });

  const tried = document.getElementById("tried");
  document.body.addEventListener("htmx:beforeRequest", () => tried.setAttribute("aria-busy", "true"));
  document.body.addEventListener("htmx:afterRequest", (event) => {
    tried.removeAttribute("aria-busy");
    if (!event.detail.successful) tried.textContent = "This could not be decided just now; move it again.";
  });
  form.querySelector(".actions button").hidden = true;
}
