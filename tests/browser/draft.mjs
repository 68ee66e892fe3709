// Drafts of petitions for tests, as `undersigned petition new` reads them.

const quote = (text) => JSON.stringify(text);

export const NIGHT_TRAIN = [
  {
    lang: "en",
    title: "Keep the night train",
    letter:
      "Dear members of the transport committee,\n\nThe night train has linked both ends of the country for ninety years. Who boards it in the evening is there in the morning, rested, and has flown over nobody's roof.\n\nWe ask you to keep it running after the timetable changes in spring, and to order the new sleeping cars that were promised.\n\nYours sincerely,\nthe undersigned\n",
  },
  {
    lang: "es",
    title: "Que no desaparezca el tren nocturno",
    letter:
      "Estimados miembros de la comisión de transportes:\n\nEl tren nocturno une desde hace noventa años los dos extremos del país. Quien sube por la noche llega por la mañana, descansado.\n\nLes pedimos que lo mantengan después del cambio de horarios de primavera.\n\nAtentamente,\nlos abajo firmantes\n",
  },
  {
    lang: "ar",
    title: "أبقوا قطار الليل",
    letter:
      "السادة أعضاء لجنة النقل،\n\nيربط قطار الليل طرفي البلاد منذ تسعين عامًا. من يركبه مساءً يصل صباحًا مرتاحًا.\n\nنطلب منكم الإبقاء عليه بعد تغيير المواعيد في الربيع.\n\nمع التقدير،\nالموقّعون أدناه\n",
  },
];

/** A draft with these parts changed. */
export function draft({
  texts = NIGHT_TRAIN,
  recipients = ["The transport committee of the national parliament", "The board of the national railways"],
  organiser = "The friends of the night train",
  goal = 500,
  publication = "prompt",
  opens = "now",
  confirmUntil = "in 90 days",
  submitUntil = "in 97 days",
  withdrawUntil = "in 180 days",
  asks = { name: "optional", region: "optional", comment: "optional", updates: true, roll_region: false },
} = {}) {
  const asked = Object.entries(asks).map(([key, value]) => `${key} = ${typeof value === "string" ? quote(value) : value}`);
  return `recipients = [${recipients.map(quote).join(", ")}]
${goal ? `goal = ${goal}` : ""}
publication = ${quote(publication)}
[organiser]
name = ${quote(organiser)}
[dates]
opens = ${quote(opens)}
confirm_until = ${quote(confirmUntil)}
submit_until = ${quote(submitUntil)}
withdraw_until = ${quote(withdrawUntil)}
[asks]
${asked.join("\n")}
[retention]
pending_days = 7
network_hours = 24
vault_days = 90
${texts.map(({ lang, title, letter }) => `[[text]]\nlang = ${quote(lang)}\ntitle = ${quote(title)}\nletter = ${quote(letter)}\n`).join("")}`;
}
