// SPDX-License-Identifier: Apache-2.0
// What a drawing says of itself (<title>) beside the pointer; without this the browser shows it.
"use strict";
(() => {
    const tip = document.createElement("div");
    tip.className = "tip";
    tip.setAttribute("role", "tooltip");
    tip.hidden = true;
    document.body.append(tip);

    const titled = (target) => {
        const at = target instanceof Element ? target.closest("svg *") : null;
        const title = at && at.querySelector(":scope > title");
        if (title) { // taken away, so that the browser doesn't show it too
            at.dataset.tip = title.textContent;
            at.setAttribute("aria-label", title.textContent);
            title.remove();
        }
        return at && at.dataset.tip;
    };
    const show = (event) => {
        const text = titled(event.target);
        tip.hidden = !text;
        if (!text)
            return;
        tip.textContent = text;
        const right = innerWidth - tip.offsetWidth - 8;
        const above = event.clientY - tip.offsetHeight - 12;
        tip.style.left = Math.max(8, Math.min(event.clientX + 12, right)) + "px";
        tip.style.top = (above > 8 ? above : event.clientY + 16) + "px";
    };
    document.addEventListener("pointermove", show, { passive: true });
    document.addEventListener("pointerdown", show, { passive: true });
    document.addEventListener("scroll", () => { tip.hidden = true; }, { passive: true });

    // On paper nothing can be unfolded.
    let opened = [];
    addEventListener("beforeprint", () => {
        opened = [...document.querySelectorAll("details:not([open])")];
        opened.forEach((details) => { details.open = true; });
    });
    addEventListener("afterprint", () => {
        opened.forEach((details) => { details.open = false; });
    });
})();
