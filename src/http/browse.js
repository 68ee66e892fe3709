"use strict";
(async () => {
  const api = await (await fetch("openapi.json")).json();
  const schemas = api.components.schemas;
  const node = (tag, text, ...children) => {
    const made = document.createElement(tag);
    if (text) made.textContent = text;
    made.append(...children);
    return made;
  };
  const nameOf = (schema) => schema.$ref && schema.$ref.split("/").pop();
  // An example of a schema, by its types alone.
  const example = (schema, depth = 0) => {
    const name = nameOf(schema);
    if (name) return depth > 4 ? name : example(schemas[name], depth + 1);
    const choice = schema.oneOf || schema.anyOf || schema.allOf;
    if (choice) return example(choice.find((c) => c.type !== "null") || choice[0], depth);
    if (schema.enum) return schema.enum.join(" | ");
    const type = Array.isArray(schema.type) ? schema.type.find((t) => t !== "null") : schema.type;
    if (type === "array") return [example(schema.items, depth + 1)];
    if (type === "object") {
      const entries = Object.entries(schema.properties || {});
      return Object.fromEntries(entries.map(([k, v]) => [k, example(v, depth + 1)]));
    }
    return type || "any";
  };
  const body = (title, content) => {
    const shape = content && Object.values(content)[0].schema;
    if (!shape) return [];
    return [node("h4", title), node("pre", JSON.stringify(example(shape), null, 2))];
  };
  const parameters = (list) => {
    const rows = (list || []).map((p) =>
      node("tr", "", node("td", "", node("code", p.name)), node("td", p.in), node("td", p.description || "")));
    return rows.length ? [node("h4", "Parameters"), node("table", "", ...rows)] : [];
  };
  const operation = (path, method, op) => {
    const parts = [
      node("summary", "", node("code", `${method.toUpperCase()} ${path}`), ` ${op.summary || ""}`),
      node("p", op.description || ""),
      ...parameters(op.parameters),
      ...body("Body", op.requestBody && op.requestBody.content),
    ];
    for (const [status, answer] of Object.entries(op.responses)) {
      if (status !== "default") parts.push(...body(`Answer ${status}`, answer.content));
    }
    return node("details", "", ...parts);
  };
  const main = document.getElementById("api");
  main.replaceChildren(node("h1", `${api.info.title} ${api.info.version}`), node("p", api.info.description));
  const source = node("a", "openapi.json");
  source.href = "openapi.json";
  main.append(node("p", "Below ", node("code", api.servers[0].url), ". The document: ", source));
  for (const tag of api.tags) {
    main.append(node("h2", tag.description));
    for (const [path, item] of Object.entries(api.paths)) {
      for (const [method, op] of Object.entries(item)) {
        if (op.tags && op.tags.includes(tag.name)) main.append(operation(path, method, op));
      }
    }
  }
  const kinds = schemas.Kind.enum || schemas.Kind.oneOf.flatMap((k) => k.enum);
  main.append(node("h2", "Problems"), node("p", "Refusals are application/problem+json (RFC 9457); type is one of:"),
    node("ul", "", ...kinds.map((k) => node("li", "", node("code", `urn:undersigned:problem:${k}`)))));
})();
