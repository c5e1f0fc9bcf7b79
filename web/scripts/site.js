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
