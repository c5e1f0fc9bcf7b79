// Small comforts of every page. No page needs them.

// A button beside each snippet that copies it.
if (navigator.clipboard) {
  for (const snippet of document.querySelectorAll("[data-copy]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "ts-copy";
    button.textContent = snippet.dataset.copy;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(snippet.querySelector("code").textContent);
      button.textContent = snippet.dataset.copied;
    });
    snippet.append(button);
  }
}

// "/" goes to the search box, as long as nothing is being written.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  event.preventDefault();
  document.querySelector("input[type=search]").focus();
});
