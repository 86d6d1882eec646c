// Painting over parts of a picture. Strokes go to the server as shares of width and height; it burns them in.
// Without this file the picture can only be left out or shown whole.
(() => {
  "use strict";
  const WIDTHS = [["细", 0.02], ["中", 0.05], ["粗", 0.1]];
  const LONGEST = 1280;
  const round = (number) => Math.round(number * 10000) / 10000;
  const inside = (number) => Math.min(1, Math.max(0, number));

  const button = (text, press, pressed) => {
    const made = document.createElement("button");
    made.type = "button"; made.className = "btn"; made.textContent = text;
    if (pressed !== undefined) made.setAttribute("aria-pressed", pressed);
    made.addEventListener("click", press);
    return made;
  };

  const withBrush = (part) => {
    const field = document.getElementById(part.dataset.strokes), picture = new Image();
    const canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
    let strokes = JSON.parse(field.value || "[]"), current = null, width = WIDTHS[1][1], spot = null;

    const draw = () => {
      pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
      pen.fillStyle = pen.strokeStyle = "#000"; pen.lineCap = pen.lineJoin = "round";
      for (const { points, width: share } of current ? [...strokes, current] : strokes) {
        const thick = Math.max(1, share * Math.max(canvas.width, canvas.height));
        const at = points.map(([x, y]) => [x * canvas.width, y * canvas.height]);
        pen.lineWidth = thick;
        pen.beginPath(); at.forEach(([x, y], index) => index ? pen.lineTo(x, y) : pen.moveTo(x, y)); pen.stroke();
        pen.beginPath(); pen.arc(...at[0], thick / 2, 0, 7); pen.fill();
      }
      if (!spot) return;
      const thick = width * Math.max(canvas.width, canvas.height);
      pen.lineWidth = 3; pen.strokeStyle = "#fff"; pen.beginPath(); pen.arc(spot[0] * canvas.width, spot[1] * canvas.height, thick / 2, 0, 7); pen.stroke();
      pen.lineWidth = 1; pen.strokeStyle = "#b5121b"; pen.stroke();
    };
    const keep = () => { field.value = JSON.stringify(strokes); draw(); };
    const place = (event) => {
      const box = canvas.getBoundingClientRect();
      return [round(inside((event.clientX - box.left) / box.width)), round(inside((event.clientY - box.top) / box.height))];
    };
    const undo = () => { strokes = strokes.slice(0, -1); keep(); };
    const finish = () => { if (current) { strokes = [...strokes, current]; current = null; keep(); } };

    canvas.tabIndex = 0;
    canvas.setAttribute("role", "application");
    canvas.setAttribute("aria-label", `${part.dataset.title}：涂黑。方向键移动，空格键涂一下，退格键撤销`);
    canvas.addEventListener("pointerdown", (event) => {
      event.preventDefault(); canvas.focus({ preventScroll: true }); canvas.setPointerCapture(event.pointerId);
      current = { points: [place(event)], width }; draw();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!current) return;
      const next = place(event), last = current.points[current.points.length - 1];
      if (Math.hypot(next[0] - last[0], next[1] - last[1]) > 0.004) { current.points.push(next); draw(); }
    });
    canvas.addEventListener("pointerup", finish);
    canvas.addEventListener("pointercancel", () => { current = null; draw(); });
    canvas.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-0.02, 0], ArrowRight: [0.02, 0], ArrowUp: [0, -0.02], ArrowDown: [0, 0.02] }[event.key];
      if (step) { spot = [round(inside((spot || [0.5, 0.5])[0] + step[0])), round(inside((spot || [0.5, 0.5])[1] + step[1]))]; draw(); }
      else if (event.key === " ") { spot ||= [0.5, 0.5]; strokes = [...strokes, { points: [spot], width }]; keep(); }
      else if (event.key === "Backspace") undo();
      else return;
      event.preventDefault();
    });
    canvas.addEventListener("blur", () => { spot = null; draw(); });

    const tools = document.createElement("div");
    tools.className = "brush-tools"; tools.setAttribute("role", "group"); tools.setAttribute("aria-label", `${part.dataset.title}的画笔`);
    const choices = WIDTHS.map(([name, share]) => button(name, (event) => {
      width = share; choices.forEach((one) => one.setAttribute("aria-pressed", one === event.currentTarget));
    }, share === width));
    tools.append(...choices, button("撤销", undo), button("清除", () => { strokes = []; keep(); }));

    picture.addEventListener("load", () => {
      const scale = Math.min(1, LONGEST / Math.max(picture.naturalWidth, picture.naturalHeight));
      canvas.width = Math.round(picture.naturalWidth * scale); canvas.height = Math.round(picture.naturalHeight * scale);
      part.querySelector("img").replaceWith(canvas);
      canvas.after(tools);
      draw();
    });
    picture.src = part.dataset.brush;
  };
  document.querySelectorAll("[data-brush]").forEach(withBrush);
})();
