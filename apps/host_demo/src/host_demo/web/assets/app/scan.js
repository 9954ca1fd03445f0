// Scan: a picture chosen, dropped, pasted or taken, or a link as text, opens the product that its code stands for.

import { Problem, call } from './api.js';
import { h, icon, put } from './dom.js';
import { t } from './i18n.js';
import { hostHead, inWords, oneAtATime, openTarget } from './parts.js';
import { announce } from './router.js';

const TYPES = ['image/png', 'image/jpeg', 'image/webp'];
const LARGE = 6 * 1024 * 1024;
const LONGEST_SIDE = 2400;
const LOOK_EVERY = 900;

export function scanScreen({ signal }) {
  const status = h('p', { class: 'scan-status', role: 'status' });
  const view = h('div', { class: 'viewfinder' }, icon('scan'));
  const file = h('input', { type: 'file', accept: 'image/*', class: 'unseen', id: 'scan-file', onchange: () => file.files[0] && look(file.files[0]) });
  const text = h('input', { type: 'text', id: 'scan-text', maxlength: '4096', autocomplete: 'off' });
  const cameraButton = h('button', { type: 'button', class: 'quiet' }, icon('camera'), t('scan_camera'));
  let camera = null;

  async function look(blob, { quietly = false } = {}) {
    if (!quietly) say(t('scan_looking'), 'busy');
    try {
      const body = await readable(blob);
      opened(await call('POST', '/scans', { body, headers: { 'Content-Type': body.type }, signal }));
      return true;
    } catch (fault) {
      if (fault.name === 'AbortError') return true;
      if (!quietly || fault.code !== 'no_code_found') refuse(fault);
      return false;
    }
  }

  function opened(scan) {
    stop();
    openTarget(scan.target, scan.click_id, 'share_code');
  }

  function say(words, tone = '') {
    status.className = `scan-status ${tone}`;
    status.textContent = words;
  }

  function refuse(fault, otherwise = 'scan_none') {
    const words = fault instanceof Problem
      ? { 404: t('scan_unknown'), 410: t('scan_withdrawn'), 422: t(otherwise), 415: t(otherwise) }[fault.status] ?? inWords(fault)
      : t(otherwise);
    say(words, 'bad');
    announce(words);
  }

  function stop() {
    camera?.getTracks().forEach((track) => track.stop());
    camera = null;
    put(view, icon('scan'));
    put(cameraButton, icon('camera'), t('scan_camera'));
  }

  async function useCamera() {
    if (camera) return stop();
    try {
      camera = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment', width: { ideal: 1280 } } });
    } catch {
      return say(t('scan_no_camera'), 'bad');
    }
    const video = h('video', { autoplay: true, muted: true, playsinline: true });
    video.srcObject = camera;
    put(view, video);
    put(cameraButton, icon('close'), t('scan_stop'));
    say(t('scan_aim'));
    return watch(video);
  }

  async function watch(video) {
    while (camera && !signal.aborted) {
      await new Promise((resolve) => { setTimeout(resolve, LOOK_EVERY); });
      if (!camera || !video.videoWidth) continue;
      if (await look(await drawn(video, video.videoWidth, video.videoHeight), { quietly: true })) return;
    }
  }

  cameraButton.addEventListener('click', useCamera);
  signal.addEventListener('abort', stop);
  const screen = h('section', { class: 'host-screen scrolls scan' }, hostHead(t('scan')),
    h('div', { class: 'body' },
      h('p', { class: 'lead' }, t('scan_lead')),
      view, status,
      h('div', { class: 'scan-buttons' },
        h('label', { class: 'primary', for: 'scan-file' }, t('scan_file')), file,
        navigator.mediaDevices?.getUserMedia ? cameraButton : null),
      h('p', { class: 'faint center' }, t('scan_drop')),
      h('form', { class: 'field-row', onsubmit: oneAtATime(async () => {
        if (!text.value.trim()) return;
        say(t('scan_looking'), 'busy');
        await call('POST', '/scans', { body: { text: text.value.trim() }, signal }).then(opened, (fault) => refuse(fault, 'scan_no_link'));
      }) }, h('label', { for: 'scan-text' }, t('scan_text')), text, h('button', { class: 'quiet' }, t('scan_open')))));
  screen.addEventListener('dragover', (event) => event.preventDefault());
  screen.addEventListener('drop', (event) => {
    event.preventDefault();
    const dropped = [...event.dataTransfer.files].find((one) => one.type.startsWith('image/'));
    if (dropped) look(dropped);
  });
  document.addEventListener('paste', (event) => {
    const pasted = [...event.clipboardData.files].find((one) => one.type.startsWith('image/'));
    if (pasted) look(pasted);
  }, { signal });
  return screen;
}

/** The picture in a form that the platform reads: another type or a very large one is drawn again. */
async function readable(blob) {
  if (TYPES.includes(blob.type) && blob.size < LARGE) return blob;
  const image = await createImageBitmap(blob);
  return drawn(image, image.width, image.height);
}

function drawn(source, width, height) {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
  const canvas = h('canvas', { width: Math.round(width * scale), height: Math.round(height * scale) });
  canvas.getContext('2d').drawImage(source, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => { canvas.toBlob(resolve, 'image/jpeg', 0.92); });
}
