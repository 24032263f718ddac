// Renews the changing part of the page every two seconds, and not while nobody looks.
"use strict";

const part = document.getElementById("overview");
const stale = document.getElementById("stale");
const EVERY = 2000;
const LONGEST = 30000;
let wait = EVERY;

async function renew() {
  if (!document.hidden) {
    try {
      const answer = await fetch(part.dataset.source, { signal: AbortSignal.timeout(5000) });
      if (answer.status === 401) {
        window.location.assign("/login");
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      const fresh = await answer.text();
      if (fresh !== part.innerHTML) part.innerHTML = fresh;
      stale.hidden = true;
      wait = EVERY;
    } catch {
      stale.hidden = false;
      wait = Math.min(wait * 2, LONGEST);
    }
  }
  window.setTimeout(renew, wait);
}

window.setTimeout(renew, EVERY);
