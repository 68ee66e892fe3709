# Mails. One message a paragraph.
mail-date = { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
 } { $year }, { $time } UTC
mail-asked-by = { $organiser } asks for signatures to it at { $service }.
mail-command-line = Using the command line? Copy the whole link and paste it there.

mail-confirm-subject = Confirm your signature: { $title }
mail-confirm-why = Somebody, probably you, gave this address in order to sign this petition:
mail-confirm-do = To sign, open this link; the page has a button:
mail-confirm-until = Opening the page signs nothing yet; only its button does. The link works until { $until }.
mail-confirm-with-updates = By signing you also ask for updates about this petition by e-mail.
mail-confirm-without-updates = You will get no other mail about it.
mail-confirm-then = What happens then: your mailbox is counted once, under a code that nobody else can read. Your signature is made on your own device; who signed does not become public. You get a receipt with which you can check at any time that your signature is counted, and take it back.
mail-confirm-again = Confirmed already? Then the link says so, and nothing is counted twice.
mail-confirm-not-you = You did not ask for this? Then ignore this mail: nothing is signed, and the request is forgotten after { $until }.

mail-remove-subject = Take your entry back: { $title }
mail-remove-why = Somebody, probably you, asked to have this mailbox’s entry struck from the roll of this petition:
mail-remove-do = If you have confirmed this petition with this mailbox and want to be counted no longer, open this link; the page has a button:
mail-remove-until = The link works until { $until }. A struck entry cannot be put back, and this mailbox cannot sign this petition again. If you still have your receipt, you can take your signature back with it instead.
mail-remove-not-you = You did not ask for this? Then ignore this mail: nothing happens, and the request is forgotten after { $until }.

mail-data-subject = What is held about your mailbox
mail-data-why = Somebody, probably you, asked { $service } what it holds about this mailbox.
mail-data-do = To see it, or to have it erased, open this link; the page has two buttons:
mail-data-until = Opening the page does nothing yet. The link works until { $until }. Do not pass it on: whoever has it can read what is held about you.
mail-data-petition = It was asked for on the pages of this petition:
mail-data-not-you = You did not ask for this? Then ignore this mail: nothing happens, and the request is forgotten after { $until }.

mail-invite-subject = An invitation to sign: { $title }
mail-invite-why = { $organiser } invites you to sign this petition, and says that you agreed to be asked:
mail-invite-do = To read it and to sign, open this link; the page has a button:
mail-invite-again = Signed already? Then the link says so, and nothing is counted twice. { $organiser } does not learn who signs or has signed.
mail-invite-once = You get one such mail about this petition, and no reminder. { $organiser } gave your address to { $service } for this mail only; if you do nothing, it is forgotten after { $until }.
mail-invite-stop = To get no invitations from { $service } ever again, open this link; the page has a button:

mail-subscribed-subject = You get updates: { $title }
mail-subscribed-why = You have confirmed this petition and asked for updates about it:
mail-subscribed-then = { $organiser } asks for signatures to it at { $service }, and may write to you about it. Your address is kept for that only, and is not given to anybody.
mail-subscribed-end = To end that at any time, open this link; the page has a button:

mail-struck-subject = Your entry was struck: { $title }
mail-struck-why = The operator of { $service } has struck the entry of this mailbox from the roll of this petition:
mail-struck-fraud = The reason given is that the confirmation was obtained by fraud: not by you, or not in the way that the rules allow.
mail-struck-duplicate = The reason given is that the same person holds another entry.
mail-struck-then = The strike and its reason are public; your address is not, and neither is your name. The count is lower by one. Your mailbox cannot sign this petition again.
mail-struck-appeal = You think that this is wrong? Write to { $appeals } and say why. A strike itself cannot be undone. You may also object in public: the strike and its reason are there for everybody to see.
mail-struck-appeal-anywhere = You think that this is wrong? Write to those who run { $service } and say why. A strike itself cannot be undone. You may also object in public: the strike and its reason are there for everybody to see.
mail-struck-end = You still get updates about this petition. To end that, open this link; the page has a button:

mail-update-why = { $organiser } writes to you about this petition, because you asked for updates:
mail-update-end = To get no more of these, open this link; the page has a button:
