// AWS Signature Version 4 with WebCrypto alone: how a page signs a request to the status API.

const text = new TextEncoder();

const hex = (bytes) =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");

const digest = async (what) => hex(await crypto.subtle.digest("SHA-256", text.encode(what)));

const mac = async (key, what) =>
  crypto.subtle.sign(
    "HMAC",
    await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]),
    text.encode(what),
  );

// Everything but RFC 3986's unreserved characters is encoded; in paths also what is encoded already.
const encoded = (what) =>
  encodeURIComponent(what).replace(/[!'()*]/g, (c) => "%" + c.charCodeAt(0).toString(16).toUpperCase());

export async function ask(url, { method = "GET", headers = {}, credentials, region }) {
  const target = new URL(url);
  const stamp = new Date().toISOString().replace(/[-:]|\.\d{3}/g, "");
  const scope = `${stamp.slice(0, 8)}/${region}/execute-api/aws4_request`;
  const carried = { "x-amz-date": stamp, "x-amz-security-token": credentials.sessionToken };
  const signed = Object.entries({ host: target.host, ...carried }).sort();
  const names = signed.map(([name]) => name).join(";");
  const query = [...target.searchParams].map((pair) => pair.map(encoded).join("=")).sort().join("&");
  const request = [
    method,
    target.pathname.split("/").map(encoded).join("/"),
    query,
    ...signed.map(([name, value]) => `${name}:${value}`),
    "",
    names,
    await digest(""),
  ].join("\n");
  let key = text.encode("AWS4" + credentials.secretAccessKey);
  for (const part of scope.split("/")) key = await mac(key, part);
  const toSign = ["AWS4-HMAC-SHA256", stamp, scope, await digest(request)].join("\n");
  const authorization =
    `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, ` +
    `SignedHeaders=${names}, Signature=${hex(await mac(key, toSign))}`;
  return fetch(url, { method, headers: { ...headers, ...carried, authorization } });
}
