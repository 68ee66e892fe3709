# Pages that everyone sees. Layout first, then one block for each page.
site-name = undersigned
site-tagline = Petitions whose count anyone can check and whose signers nobody can see
skip-to-content = Skip to the content
footer-check = Check a receipt
footer-how = How it works
footer-record = The public record
footer-language = Language
header-places = Site
footer-places = More
footer-api = For developers
footer-promise = Every number here can be recomputed from public files. No file holds a name.

home-title = Petitions
home-none = No petition is published here yet.

problem-title = That did not work
problem-not-found = There is no such page.
problem-unknown-petition = There is no such petition here.
problem-other = Something went wrong. Try again in a moment.
problem-rate-limited = Too many requests have come from your network. Wait a moment, then try again.
problem-unavailable = The service cannot do this at the moment. Try again in a few minutes.
problem-request = The page did not get what it expects. Go back and try again.
problem-home = See all petitions

# The preview card, as other sites show it.
card-count = { $n ->
    [one] { $count } verified signature
   *[other] { $count } verified signatures
}
card-goal = Goal: { $count }

# Days, lists. Arguments are written out already.
date = { $day } { $month } { $year }
moment = { $date }, { $time } UTC
js-moment = %date%, %time% UTC
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
list-separator = ;

# A petition.
petition-to = To:
petition-by = A petition by
letter-languages = Read the letter in:
phase-announced = Opens soon
phase-open = Open
phase-closing = Closing
phase-closed = Closed
phase-next-announced = Signing opens on { $date }
phase-next-open = Sign until { $date }
phase-next-closing = The last signatures come in until { $date }
phase-next-closed = Closed since { $date }

count-title = The count
count-unit = { $n ->
    [one] signature, verified
   *[other] signatures, verified
}
js-count-zero = signatures, verified
js-count-one = signature, verified
js-count-two = signatures, verified
js-count-few = signatures, verified
js-count-many = signatures, verified
js-count-other = signatures, verified
count-progress = Share of the goal
count-goal = Goal: { $goal }
count-waiting = On their way, not yet counted:
count-waiting-batched = Signatures are published 64 at a time, or every hour, so that nobody can tell when somebody signed.
count-waiting-private = Signatures are published 256 at a time, or once a day, so that nobody can tell when somebody signed.
count-waiting-prompt = Signatures are published every second.
count-as-of = As of
count-check = Check the count yourself
count-ceiling-title = Could be as many as
count-ceiling = { $strikes } confirmed mailboxes were struck, each with a published reason. Nobody can tell which signature belongs to which mailbox, so we subtract every one of them, even where its owner never signed. { $count } is therefore the least that stands, and { $ceiling } the most.

growth-title = How the count grew
growth-caption = { $count } signatures since { $since }
growth-table = The same in numbers
growth-when = Published
growth-count = Count

trust-title = What this number is worth
trust-count = You need not believe us.
trust-record = { $n ->
    [one] { $count } signature, verified: check it yourself
   *[other] { $count } signatures, verified: check it yourself
}
trust-names = No public file holds a name, an address or a comment.
trust-unlinkable = Nothing that is kept afterwards tells which signature is whose, not even to us.
trust-text = The address of this page is a fingerprint of the letter. If one word changed, it would be another petition, with no signatures.
trust-audit = After closing, { $auditor } draws confirmed mailboxes at random and examines them in confidence. Until then, that they belong to real people rests on this service's word.
trust-no-audit = Nobody independent examines the mailboxes behind this count: this petition has no auditor. That no signature was added without a confirmed mailbox can be checked; that the mailboxes belong to real people rests on this service's word.
trust-batched = Signatures are published in batches of 64, or every hour.
trust-private = Signatures are published in batches of 256, or once a day.
trust-prompt = This petition publishes every signature at once. Anyone who watches can tell when somebody signed, and which confirmation it came from. That is meant for demonstrations, not for petitions that could harm their signers.
trust-how = How it works, and what it cannot do

dates-title = Dates
dates-opens = Opens
dates-confirm = Last confirmation
dates-submit = Last signature
dates-withdraw = Taking back until

updates-title = News from the organiser

share-title = Pass it on
share-mail = By e-mail
share-copy = Copy the link
share-device = Share …
js-copied = Copied.
share-plain = These are plain links. None of these companies learns that you were here unless you follow one.
share-feed = Feed of updates
share-embed = For your own website

form-title = Add your voice
form-announced = Signing has not opened yet. Come back on the day named above.
form-closing = No more mailboxes are confirmed. If you have confirmed yours, you can still finish with the link in your mail.
form-closed = This petition is closed and takes no more signatures.
form-email = Your e-mail address
form-email-hint = We send one link there. The address is never published. It is erased when you have used the link, or after { $days } days.
form-email-audit = It is also sealed for the auditor, { $auditor }, who alone can open it.
form-optional = (may stay empty)
form-name = Your name
form-name-hint = Stays in this browser and is sealed into your signature. It is not published.
form-show-name = My name may be shown
form-show-name-hint = For instance to the recipients, when the letter is handed over. Without this tick, nobody gets to see it unless you show it yourself.
form-region = Where you live
form-region-hint = Your country or region. Sealed into your signature like the name.
form-region-roll-hint = Your country or region. It goes with your confirmation, unreadable to the public; an auditor may open it in confidence.
form-comment = Why this matters to you
form-comment-hint = Sealed into your signature like the name.
form-later = Your browser runs no scripts here. You will be asked for your name and the like later, on the page behind the link in your mail.
form-updates = Write to me about how this goes on
form-updates-hint = Only then do we keep your address. Every mail has a link that ends it.
form-button = Add your voice
form-next = Next: open the link in our mail, and press the button there. Then you are counted.
form-lost = Signed, and changed your mind or lost the receipt?
