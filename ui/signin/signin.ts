/**
 * The page a stranger gets in place of any other: trades a one-time code or the
 * token for a cookie, then loads the page that was asked for.
 *
 * Sent with status 401 and complete in itself; imports nothing of the page.
 */

import { codeOf, sayRefusal } from "./trade.ts";

const form = document.querySelector("form");
const field = document.querySelector<HTMLInputElement>("#token");
const say = document.getElementById("say");

const code = codeOf(location.hash);
// Out of the address bar and the history before anything else can see it.
history.replaceState(null, "", location.pathname + location.search);

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  void trade({ token: field?.value.trim() ?? "" });
});

if (code === undefined) ask("This page needs a link or a token.");
else void trade({ code });

async function trade(proof: { code: string } | { token: string }) {
  tell("Signing in…");
  try {
    const reply = await fetch("/api/session", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(proof),
    });
    if (reply.ok) return location.reload();
    ask(sayRefusal(reply.status, "code" in proof), "problem");
  } catch {
    ask("Cannot reach the hypivisor. Is it running?", "problem");
  }
}

function ask(text: string, kind?: "problem"): void {
  tell(text, kind);
  if (!form || !field) return;
  form.hidden = false;
  field.select();
  field.focus();
}

function tell(text: string, kind?: "problem"): void {
  if (!say) return;
  say.textContent = text;
  say.dataset.kind = kind ?? "news";
}
