# What is handed to the recipients of a petition: letter.pdf, check.html, README.txt.
delivery-to = To
delivery-from = From
delivery-count = { $n ->
    [one] { $count } signature
   *[other] { $count } signatures
}
delivery-as-of = as of { $time } (UTC)
delivery-range = { $strikes ->
    [one] The count is a lower bound. One entry was struck from the list of confirmed mailboxes, and nobody can tell whether its holder had signed. So it is subtracted: there are at least { $count } and at most { $ceiling } signatures.
   *[other] The count is a lower bound. { $strikes-text } entries were struck from the list of confirmed mailboxes, and nobody can tell whether their holders had signed. So they are subtracted in full: there are at least { $count } and at most { $ceiling } signatures.
}
delivery-how-title = What was counted, and how
delivery-how-mailbox = Every signature stands for one mailbox that was confirmed by a link sent to it. { $roll } mailboxes were confirmed; a mailbox signs once.
delivery-how-secret = Who signed is secret, from the organiser and from the service, too. Mailboxes and signatures cannot be linked; people are known to you only if they chose to be shown.
delivery-how-back = { $withdrawals ->
    [0] Nobody has taken a signature back.
    [one] One signature was taken back and is not counted.
   *[other] { $withdrawals-text } signatures were taken back and are not counted.
}
delivery-how-public = Both lists are public and can only grow. Anybody can replay them from the first entry and gets the same count.
delivery-how-signed = The organiser has signed this count with the key that stands in the petition, and the file proves it from the public record.
delivery-check-title = Check it yourself
delivery-check-open = Open check.html, which came with this letter. It works without a network and shows each step of the proof.
delivery-check-code = Or follow this address to the petition's public record, by the code or by hand:
delivery-check-hash = The record lists the attestation under this number (SHA-256). If yours differs, the letter is not about that count:
delivery-qr = A QR code with the address of the public record
delivery-page = Page { $page } of { $pages }

# check.html
delivery-html-title = Check this petition
delivery-html-lead = This page checks, on your own machine and without a network, what was handed to you.
delivery-html-script = This page needs JavaScript to check the files. Without it, the command "undersigned verify attestation.txt" does the same.
delivery-html-working = Checking …
delivery-html-good = The check holds
delivery-html-good-text = The public record had this count at this time, and the organiser says so.
delivery-html-bad = The check does not hold
delivery-html-bad-text = Something in this file was changed, or it was not made by the organiser. Do not rely on it. Ask the organiser, or look at the public record.
delivery-html-unable = This browser cannot check the file
delivery-html-unable-text = It lacks the cryptography that the check needs. Open the page in a current browser.
delivery-html-step-read = The file can be read
delivery-html-step-manifest = It is about this petition: the petition's text gives exactly the number that is its name
delivery-html-step-organiser = The organiser's key, which stands in the petition, signed the count
delivery-html-step-journal = The count stands in the public journal, signed by the journal's keys
delivery-html-step-numbers = Every number follows from the journal's entry
delivery-html-held = holds
delivery-html-failed = does not hold
delivery-html-open = not checked
delivery-html-reason = What was found
delivery-html-signatures = signatures
delivery-html-between = at least { "{$count}" }, at most { "{$ceiling}" }
delivery-html-moment = As of
delivery-html-organiser = Organiser
delivery-html-recipients = Recipients
delivery-html-id = Petition's number
delivery-html-digest = Attestation (SHA-256)
delivery-html-letter = The letter
delivery-html-limits-title = What this proves, and what not
delivery-html-limits = It proves that the public record had these sizes at this time. It trusts the keys that stand in the petition itself: compare the petition's number above with the one that the organiser or the public record shows. That everyone is shown the same record is for auditors and witnesses to watch; "undersigned audit" replays it from the first entry.

# README.txt
delivery-readme-intro = This folder was handed over for the petition "{ $title }" by { $organiser }.
delivery-readme-count = It had { $count } as of { $time } (UTC).
delivery-readme-files = What is in it:
delivery-readme-pdf = the letter, the count, and how it came about; for reading and filing
delivery-readme-text = the letter as plain text, in every language that it has
delivery-readme-html = open it in any browser: it checks the count by itself, without a network
delivery-readme-attestation = the organiser's signed word on the count, with its proof
delivery-readme-pack = the same for programs, with the petition's exact text
delivery-readme-csv = those who chose to be shown to you: name, region, comment. Personal data: keep it to the purpose, and delete it when you are done.
delivery-readme-check = To check with a program of your choice, see the specification that comes with undersigned, or run: undersigned verify attestation.txt
delivery-readme-record = The public record: { $url }

# The mail that carries it.
delivery-mail-subject = { $count } for: { $title }
delivery-mail-text = { $organiser } hands you the petition "{ $title }". It had { $count } as of { $time } (UTC).
delivery-mail-attached = Everything is in the attached file: the letter, the count with its proof, and a page that checks it by itself.
delivery-mail-linked = Everything is in one file, which is too large for a mail: the letter, the count with its proof, and a page that checks it by itself. You can download it here until { $until } (UTC):
delivery-page-title = Delivery pack
delivery-page-lead = For the recipients of this petition: the letter, the count with its proof, and a page that checks it by itself, in one file of { $size } megabytes.
delivery-page-names = It may name people who chose to be shown to the recipients, and to nobody else.
delivery-page-until = The link works until { $until } (UTC).
delivery-page-button = Download petition.zip
delivery-csv-name = Name
delivery-csv-region = Region
delivery-csv-comment = Comment
