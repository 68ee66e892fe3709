# Signing: from the inbox to the receipt.
