// SPDX-License-Identifier: Apache-2.0
// What browser.py asks of a page that is open: each answer is a list of [kind, what is wrong].
globalThis.vmtpCheck = (() => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const known = new Map();

    // Any colour that CSS can name, as red, green, blue and alpha.
    const colour = text => {
        if (!known.has(text)) {
            canvas.clearRect(0, 0, 1, 1);
            canvas.fillStyle = text;
            canvas.fillRect(0, 0, 1, 1);
            const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
            known.set(text, [r, g, b, a / 255]);
        }
        return known.get(text);
    };
    const over = (front, back) => {
        const part = i => front[i] * front[3] + back[i] * (1 - front[3]);
        return [part(0), part(1), part(2), 1];
    };
    const luminance = rgb => {
        const [r, g, b] = rgb.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (one, other) => {
        const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
        return (high + 0.05) / (low + 0.05);
    };
    const faded = (rgba, ...opacities) => [...rgba.slice(0, 3), opacities.reduce((a, o) => a * Number(o), rgba[3])];

    const opaque = element => {
        let at = 1;
        for (; element; element = element.parentElement)
            at *= Number(getComputedStyle(element).opacity);
        return at;
    };
    const ground = element => {
        const behind = [];
        for (; element; element = element.parentElement)
            behind.push(colour(getComputedStyle(element).backgroundColor));
        const dark = matchMedia('(prefers-color-scheme: dark)').matches && !matchMedia('print').matches;
        return behind.reduceRight((back, front) => over(front, back), dark ? [0, 0, 0, 1] : [255, 255, 255, 1]);
    };
    const within = (x, y, box) => x > box.left && x < box.right && y > box.top && y < box.bottom;
    // What is behind a text of a drawing: the page, and the areas that were painted before it.
    const canvasOf = text => {
        const box = text.getBoundingClientRect();
        const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
        let back = ground(text);
        for (const shape of text.closest('svg').querySelectorAll('rect')) {
            if (shape.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_PRECEDING)
                break;
            const style = getComputedStyle(shape);
            if (style.fill !== 'none' && within(x, y, shape.getBoundingClientRect()))
                back = over(faded(colour(style.fill), style.fillOpacity, opaque(shape)), back);
        }
        return back;
    };

    const shown = element => element.checkVisibility({ checkVisibilityCSS: true }) &&
        element.getBoundingClientRect().width > 0;
    const saying = text => text.textContent.trim().slice(0, 40);
    const drawings = () => [...document.querySelectorAll('svg')].filter(svg => !svg.parentElement.closest('svg'));
    const drawn = () => [...document.querySelectorAll('svg text')].filter(shown);
    const written = () => {
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = new Set();
        for (let node; (node = walker.nextNode());) {
            const element = node.parentElement;
            if (node.data.trim() && !element.closest('svg, script, style') && shown(element))
                found.add(element);
        }
        return [...found];
    };

    const faint = (text, paint, back) => {
        const style = getComputedStyle(text), size = parseFloat(style.fontSize);
        const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
        const ratio = contrast(over(faded(colour(paint), opaque(text)), back), back);
        return ratio < (large ? 3 : 4.5) ? [['contrast', `${ratio.toFixed(2)} of "${saying(text)}"`]] : [];
    };
    const check = {
        // A narrow screen would be zoomed out: the width of the layout counts.
        overflow: () => {
            const width = document.documentElement.clientWidth, over = document.documentElement.scrollWidth - width;
            const who = [...document.body.querySelectorAll('*')].find(one =>
                (matchMedia('print').matches || !one.closest('.scroll > *, nav > *')) && !one.closest('svg') && one.getBoundingClientRect().right > width + 1);
            return over > 0 ? [['overflow', `by ${over} pixels: ${who?.closest('section')?.id} ${who?.tagName}.${who?.className}`]] : [];
        },
        height: () => {
            const height = document.documentElement.scrollHeight;
            return height < 200 || height > 60000 ? [['height', `${height} pixels`]] : [];
        },
        label: () => drawings().flatMap(svg => {
            const about = (svg.getAttribute('aria-label') ?? '') + (svg.querySelector(':scope > title')?.textContent ?? '');
            const words = about.trim(), rows = svg.closest('section')?.querySelector('table tr + tr');
            return words && rows ? [] : [['label', `${words ? 'no table' : 'no words'} in ${svg.closest('section')?.id}`]];
        }),
        contrast: () => [
            ...written().flatMap(text => faint(text, getComputedStyle(text).color, ground(text))),
            ...drawn().flatMap(text => faint(text, getComputedStyle(text).fill, canvasOf(text)))],
        inside: () => drawings().flatMap(svg => {
            const frame = svg.getBoundingClientRect(), wrong = [];
            const boxes = [...svg.querySelectorAll('text')].filter(shown).map(text => [text, text.getBoundingClientRect()]);
            boxes.forEach(([text, box], i) => {
                if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 2 || box.bottom > frame.bottom + 2)
                    wrong.push(['inside', `"${saying(text)}" is cut in ${svg.closest('section')?.id}`]);
                for (const [other, place] of boxes.slice(i + 1))
                    if (Math.min(box.right, place.right) - Math.max(box.left, place.left) > 1 &&
                        Math.min(box.bottom, place.bottom) - Math.max(box.top, place.top) > 4)
                        wrong.push(['inside', `"${saying(text)}" over "${saying(other)}" in ${svg.closest('section')?.id}`]);
            });
            return wrong;
        }),
        anchor: () => [...document.querySelectorAll('a[href]')].flatMap(link => {
            const to = link.getAttribute('href');
            return to.startsWith('#') && document.getElementById(to.slice(1)) ? [] : [['anchor', to.slice(0, 80)]];
        }),
    };

    return {
        all: () => Object.values(check).flatMap(one => one()),
        // Where the first mark that has something to tell, and nothing before it, is on the screen.
        mark: async () => {
            for (const title of document.querySelectorAll('svg :is(circle, rect) > title')) {
                const mark = title.parentElement;
                mark.scrollIntoView({ block: 'center', behavior: 'instant' });
                await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))); // it has scrolled
                const box = mark.getBoundingClientRect();
                const at = { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 };
                if (document.elementFromPoint(at.x, at.y) === mark)
                    return at;
            }
            return null;
        },
        told: () => [...document.querySelectorAll('[role=tooltip]')].filter(shown).map(saying).join(),
        // What would not be on paper.
        unprinted: () => [...document.querySelectorAll('section')].filter(section => !shown(section)).map(section => section.id).join(' '),
        substance: () => [drawings().length, document.querySelectorAll('svg *').length,
            document.querySelectorAll('td').length, document.querySelector('main').textContent.length],
    };
})();
