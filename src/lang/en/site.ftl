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
