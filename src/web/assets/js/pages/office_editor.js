// The editor of a draft: warns before a page with unsaved words is left.

const form = document.querySelector("#draft");
let changed = false;
form?.addEventListener("input", () => (changed = true));
form?.addEventListener("submit", () => (changed = false));
addEventListener("beforeunload", (event) => {
  if (changed) event.preventDefault();
});
