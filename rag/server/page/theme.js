// The chosen colours, set before anything is drawn. Without a choice the system's apply (style.css).
try {
  const chosen = localStorage.getItem("rag.theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch { /* storage may be forbidden: the system's colours then */ }
