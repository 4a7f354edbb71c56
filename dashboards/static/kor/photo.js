// A photograph made small on the phone: what it knows of where and by which camera it was taken stays there.
const LONGEST = 1280, QUALITY = 0.72;

/** A JPEG of at most 1280 pixels a side. */
export const small = async (file) => {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = Object.assign(document.createElement("canvas"), { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return new Promise((done, failed) => canvas.toBlob((jpeg) => (jpeg ? done(jpeg) : failed(new Error("no picture"))), "image/jpeg", QUALITY));
};
