// Draws a frame and the boxes that belong to it. Boxes are pixels of that very frame, so nothing is scaled but the whole canvas.

const STYLES = {
  crack: { colour: "#ffa62b", dash: [10, 6] },
  pothole: { colour: "#5cc8ff", dash: [] },
};
const OTHERS = ["#c792ea", "#7ee787", "#ff7b9c", "#ffd866"];

export function styleOf(detection) {
  return STYLES[detection.class_name] ?? { colour: OTHERS[detection.class_id % OTHERS.length], dash: [4, 4] };
}

export function labelOf(detection) {
  const track = detection.track_id === undefined ? "" : ` #${detection.track_id}`;
  const predicted = detection.predicted ? " · predicted" : "";
  return `${detection.class_name} ${Math.round(detection.confidence * 100)} %${track}${predicted}`;
}

export function drawFrame(canvas, bitmap, detections) {
  if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
  }
  const context = canvas.getContext("2d");
  context.drawImage(bitmap, 0, 0);
  const unit = canvas.width / 960; // line widths and text for a canvas of this many pixels across
  for (const detection of detections) drawBox(context, detection, unit);
}

function drawBox(context, detection, unit) {
  const [x1, y1, x2, y2] = detection.bbox;
  const { colour, dash } = styleOf(detection);
  context.save();
  context.lineWidth = 5 * unit;
  context.strokeStyle = "#000a";
  context.strokeRect(x1, y1, x2 - x1, y2 - y1);
  context.lineWidth = 2.5 * unit;
  context.strokeStyle = colour;
  context.setLineDash((detection.predicted ? [2, 5] : dash).map((length) => length * unit));
  context.strokeRect(x1, y1, x2 - x1, y2 - y1);

  const size = 15 * unit;
  context.font = `600 ${size}px system-ui, sans-serif`;
  const text = labelOf(detection);
  const width = context.measureText(text).width + 10 * unit;
  const left = Math.max(0, Math.min(x1, context.canvas.width - width));
  const top = y1 > size * 1.6 ? y1 - size * 1.5 : Math.min(y2, context.canvas.height - size * 1.5);
  context.fillStyle = "#000c";
  context.fillRect(left, top, width, size * 1.45);
  context.fillStyle = colour;
  context.fillText(text, left + 5 * unit, top + size * 1.08);
  context.restore();
}

// The hazard with some road around it, for the list.
export function drawThumbnail(canvas, bitmap, bbox) {
  const [x1, y1, x2, y2] = bbox;
  const aspect = canvas.width / canvas.height;
  const width = Math.min(bitmap.width, Math.max(1.6 * (x2 - x1), 1.6 * (y2 - y1) * aspect, 60));
  const height = Math.min(bitmap.height, width / aspect);
  const left = Math.max(0, Math.min(bitmap.width - width, (x1 + x2 - width) / 2));
  const top = Math.max(0, Math.min(bitmap.height - height, (y1 + y2 - height) / 2));
  canvas.getContext("2d").drawImage(bitmap, left, top, width, height, 0, 0, canvas.width, canvas.height);
}
