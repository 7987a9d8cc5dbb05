// Small comforts of the form; it works without them.
const form = document.getElementById("profile");

// "Nowhere" and a target exclude each other.
const nowhere = form.querySelector('input[value="nowhere"]');
const targets = [...form.querySelectorAll('input[type="radio"][name^="/targets/"]')];
nowhere.addEventListener("change", () => {
  if (nowhere.checked) for (const radio of targets) radio.checked = radio.value === "";
});
for (const radio of targets) {
  radio.addEventListener("change", () => {
    if (radio.value) nowhere.checked = false;
  });
}

// "Processor only" stands alone.
const accelerators = [...form.querySelectorAll('input[name="/platform/accelerators"]')];
for (const box of accelerators) {
  box.addEventListener("change", () => {
    if (!box.checked) return;
    for (const other of accelerators) {
      if (other !== box && (box.value === "none" || other.value === "none")) other.checked = false;
    }
  });
}

// Decided once: a second click would ask again.
form.addEventListener("submit", () => {
  const button = form.querySelector("button.primary");
  button.disabled = true;
  button.textContent = "Deciding…";
});
addEventListener("pageshow", () => {
  const button = form.querySelector("button.primary");
  button.disabled = false;
  button.textContent = "Recommend a framework";
});
