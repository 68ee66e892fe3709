// Inviting supporters: a file of addresses is read into the form.

const MOST = 900_000;

for (const part of document.querySelectorAll("[data-script]")) part.hidden = false;

document.querySelector("#file")?.addEventListener("change", async (event) => {
  const file = event.target.files?.[0];
  if (!file) return;
  const area = document.querySelector("#addresses");
  event.target.setCustomValidity(file.size > MOST ? "This file is too long: divide it." : "");
  if (event.target.reportValidity()) area.value = await file.text();
});
