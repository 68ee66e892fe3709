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
footer-promise = Every verified number here can be recomputed from public files. None of them holds a name.

home-title = Petitions
home-none = No petition is published here yet.
home-lead = Sign with one e-mail and no account. Every number can be recomputed by a stranger, and no public file says who signed.
home-how = How that works
home-no-more = There are no older petitions.
home-newest = Newest petitions
home-older = Older petitions
home-progress = Share of the goal of { $goal }

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
trust-audit-round = Which ones follows from public randomness of
audited-found = { $auditor } has examined { $sample } confirmed mailboxes, drawn at random: { $proven } proven with evidence, { $word } resting on this service's word, { $bad } bad.
audited-follows = At 95 % confidence, at least { $evidence } signatures stand for distinct confirmed mailboxes, counting evidence alone; at least { $word } if this service's word is believed.
audited-rest = { $more } more mailboxes confirmed than signed; in their place the service could have signed.
trust-batched = Signatures are published in batches of 64, or every hour.
trust-private = Signatures are published in batches of 256, or once a day.
trust-prompt = This petition publishes every signature at once. Anyone who watches can tell when somebody signed, and which confirmation it came from. That is meant for demonstrations, not for petitions that could harm their signers.
trust-how = How it works, and what it cannot do

dates-title = Dates
dates-opens = Opens
dates-confirm = Last confirmation
dates-submit = Last signature
dates-withdraw = Taking back until

said-title = What became of it
said-delivered = Delivered to
said-answered = Answered by
said-link = Where the answer can be read
withheld-title = The text is not shown here
withheld-says = A law demands that this service no longer shows the letter. Its fingerprint, which is this page's address, and the count stay.
withheld-authority = Demanded by
withheld-law = Law
withheld-since = Since
withheld-name = Petition { $id }
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
form-share = Hand what I fill in to { $organiser }
form-share-hint = Name, region and comment, sealed so that nobody else can read them, once your signature is published. Not your e-mail address, unless you add it on your receipt. You can take it back there; what was copied by then stays with { $organiser }.
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

# The feed.
feed-milestone = Signature number { $number } is published
feed-milestone-text = The public record of this petition now holds { $number } signatures or more.

# The public record.
record-title = The public record
record-lead = Everything that stands behind the count, for anyone who would rather check than believe. Nothing here is about a person.
record-service-lead = Everything that stands behind the counts of this service, for anyone who would rather check than believe. Nothing here is about a person.
record-empty = Nothing is published yet. The first numbers appear with the first publication.
record-growing = The petition is not closed for good: the numbers still change, and each change is published.
record-final = The petition is closed for good. No confirmation and no signature can be added any more; signatures can still be taken back or struck, and that shows here.
record-numbers = The numbers
record-people = The people behind it
record-check = Check it yourself
record-files = The files, for those who want every byte
record-petition = Petition
record-journal = The journal
record-journal-says = The service keeps one list of statements, the journal: which petition was published, how large its lists were at each publication, what was closed. Entries can be added, and none changed or removed without everyone seeing it.
record-journal-size = Entries
record-journal-origin = Name
erased-title = What was erased
erased-lead = Keys that were destroyed when the time named in the petition was over. Without its key nothing that it sealed can be read again, by anyone and from any copy.
erased-vault = the records for the auditor
erased-subscriptions = the addresses of those who wanted updates
erased-disclosures = the names and comments that signers chose to show or to hand to the organiser
erased-invitations = the marks of mailboxes that were invited
erased-identity-key = the confirming side’s half of the key that finds a mailbox on the list
erased-tag-key = the counting side’s half of the key that finds a mailbox on the list

number-roll = Confirmed mailboxes
number-roll-says = Each is one mailbox whose owner opened our link and pressed the button. A mailbox is in this list once.
number-signatures = Signatures
number-signatures-says = Each was admitted by one confirmed mailbox, and there can never be more of them. Some people confirm and go no further, so there may be fewer.
number-withdrawals = Taken back
number-withdrawals-says = Signatures that their signers took back, with a key that only they have.
number-strikes = Struck
number-strikes-says = Confirmed mailboxes that the service removed, each with a published reason.
number-ceiling = At most
number-ceiling-says = Signatures less those taken back. No more can stand.
number-count = The count
number-count-says = Signatures, less those taken back, less all that was struck. At least so many stand.
number-waiting = On their way
number-waiting-says = Handed in and not yet published. This number is not verified: you have only the service's word.
reasons-title = Why mailboxes were struck
reasons-reason = Reason
reasons-number = Mailboxes
reason-fraud = The confirmation was obtained by fraud
reason-duplicate-person = The same person holds another entry
reason-signers-request = The signer asked for it
reason-erasure = The signer's data had to be erased

check-receipt-title = Check one signature
check-receipt = Did you sign? Your receipt proves that your signature is among those counted.
check-receipt-link = Check a receipt
check-replay-title = Count them all
check-replay = One command fetches the public files, rebuilds every list, checks every signature, and adds up for itself. It also works from a copy, without this service.
check-compare-title = Compare with others
check-compare = If two people are shown the same checkpoint, they are shown the same lists. Witnesses compare for everybody; anyone else can, too.

proves-title = What this proves
proves-1 = The count is the sum of what stands in the published lists.
proves-2 = No signature was added without a confirmed mailbox, and none was counted twice.
proves-3 = What was published once has stayed. Every drop is in a list, with its reason.
proves-4 = The letter is the one that people signed: its fingerprint is the petition's address.
proves-not-title = What it does not prove
proves-not-1 = That signers are human. A mailbox is not a person.
proves-not-2 = That all mailboxes belong to real people. The service could invent mailboxes; only an audit of the people behind them bounds that.
proves-not-3 = That everybody is shown the same lists, unless people or witnesses compare.
proves-not-4 = That this page itself is honest today. The command above does not need this page.

files-lead = Each list is a Merkle tree: one short fingerprint, its root, stands for all entries. If one entry changed, so would the root.
files-roots = Sizes and roots as of the last publication
files-tree = List:
files-list = List
files-size = Entries
files-root = Root
files-petition = Petition
files-tally = These sizes and roots stand in entry { $index } of the service's journal.
files-checkpoint = The journal's checkpoint
files-checkpoint-says = One signed text from which every number of this service can be proved.
files-no-witnesses = No witness has signed it besides the service. Then only comparing shows whether others are shown the same.
files-witnesses = Signed besides by these witnesses, who have seen that it only ever grew:
files-checkpoint-show = Show the checkpoint over { $size } entries
files-attestations = Attestations
files-attestations-says = { $n ->
    [one] The organiser has signed { $number } statement of the count here.
   *[other] The organiser has signed { $number } statements of the count here.
} They can be checked without this service.
files-raw = Files to fetch
files-manifest = The petition, word for word
files-journal = The journal's checkpoint
files-tallies = All publications
files-count = The count with its proof
files-formats = The lists are tlog-tiles logs, to the letter of C2SP, below this petition's address.
files-keys = Keys
files-keys-says = With these keys the service signs its journal. Get them from somewhere else as well, and compare.
files-key = Key

others-title = For other websites
others-lead = Both show the verified count, and follow it. They set no cookies, and load nothing from anywhere else.
others-frame = Count and form
others-badge = The count as a badge
others-data = Data

# How it works.
how-title = How it works
how-lead = A petition here is counted as an election is: there is a poll book of those who may sign, and a ballot box that nobody can look through. Both are public, and neither holds a name.
how-picture = How a signature passes through the service
how-you = You
how-you-says = confirm your mailbox and sign on your own device.
how-roll = The poll book
how-roll-says = notes that a mailbox has confirmed, and stamps one ballot for it without seeing what is on it.
how-box = The ballot box
how-box-says = takes every ballot with a true stamp, once. Nothing on it leads to a mailbox.
how-picture-says = Your device unwraps the stamped ballot before it hands it in. So the stamp is true, and whoever gave it does not recognise the ballot.
how-steps = Step by step
how-step-1 = You ask for a link
how-step-1-says = You type your address, and we mail you a link. The answer on the page is the same for every address, so that nobody can find out here who has signed.
how-step-2 = You confirm
how-step-2-says = The page behind the link has a button; only the button counts, because mail programs follow links. Your mailbox gets one entry in the poll book. The entry is a number without meaning to anybody outside.
how-step-3 = You sign
how-step-3-says = Your device makes a fresh key, has its ballot stamped unseen, and puts it into the ballot box. What you filled in is sealed into it, and only you can open that.
how-step-4 = It is published
how-step-4-says = Entries come out in batches, in an order that says nothing. From then on your signature is counted, and cannot vanish unseen.
how-step-5 = You keep a receipt
how-step-5-says = It proves that your signature is in the box, to you and whom you show it. With it you can also take the signature back. We have no copy.
how-checks = What anyone can check
how-check-1 = That the count is what stands in the lists, to the last signature.
how-check-2 = That there are never more signatures than confirmed mailboxes.
how-check-3 = That no mailbox is in the poll book twice under its number, and no ballot counted twice.
how-check-4 = That nothing which was published has been changed or removed.
how-check-5 = That the letter is the one that people signed.
how-unseen = What nobody can see in the public files
how-unseen-1 = Who signed: no name, no address, no comment.
how-unseen-2 = Whether a certain address has signed.
how-unseen-3 = When somebody signed, closer than a batch.
how-unseen-4 = Which entry in the poll book belongs to which ballot, unless the petition publishes every signature at once.
how-parties = Who learns what
party-who = Who
party-learns = Learns
party-could = Could do wrong
party-public = The public
party-public-learns = The numbers over time, the letter, every entry
party-public-could = Nothing
party-registrar = Whoever keeps the poll book
party-registrar-learns = Which mailboxes confirmed, and when
party-registrar-could = Sign for people who confirmed and went no further; invent mailboxes, unless an audit finds them; strike entries, which shows
party-ledger = Whoever keeps the ballot box
party-ledger-learns = When a ballot came, and from which network
party-ledger-could = Delay or refuse ballots, against which you hold a signed promise
party-both = Both, where one organisation plays both parts, as is usual
party-both-learns = Whatever it recorded while you signed; and whether a given address is in the poll book
party-both-could = Raise the count with invented mailboxes
party-organiser = The organiser
party-organiser-learns = The numbers; and of those who chose to hand it over, what they filled in. Updates go out through the service: their addresses are not given to the organiser
party-organiser-could = Change dates within the rules
party-provider = Your mail provider
party-provider-learns = That you got a link, and the link
party-provider-could = Confirm in your place
how-limits = Where it ends
how-limits-lead = No count can prove everything. These are the limits of this one.
how-limit-1 = A list cannot prove that signers are human, and a mailbox is not a person.
how-limit-2 = The service can invent mailboxes. Only an audit of the people behind them bounds that; until there has been one, their number rests on its word.
how-limit-3 = Whoever watches your mailbox learns that it confirmed.
how-limit-4 = Somebody can put you under pressure to show your receipt, which proves how you signed.
how-limit-5 = Without witnesses, two people could be shown two different journals. They see it when they compare.
how-limit-6 = While you sign in the browser, you trust the page that this service sends you. The command line does not depend on it.
how-limit-7 = Confirming and signing happen within seconds. Who recorded networks and times at that moment could link the two; if that worries you, wait in between, or change the network.
how-limit-8 = Where a petition publishes every signature at once, anyone can pair confirmations and signatures. Its page says so.
how-more = More
how-more-says = The formats, the rules of the count and the threat model are public, as is the program.

# Names that signers show to everybody.
names-title = Names and comments
names-count = { $n ->
    [0] Nobody shows a name or a comment here.
    [one] One signer shows a name or a comment.
   *[other] { $count } signers show a name or a comment.
}
names-note = Each of them has signed and chose to show this to everybody; that much is checked. A name is its writer's own word: who they are, nobody has checked. Most signers show nothing, and the count does not depend on this list. It is in the order of the names, and says nothing about when somebody signed.
names-nameless = No name
names-before = Earlier names
names-after = Further names
names-data = The same for programs (JSON)
