//! What counts as an address (`spec/mail.md`, "Addresses").

use super::RegistrarError;

/// RFC 5321, section 4.5.3.1.
const LOCAL_MAX: usize = 64;
/// RFC 5321, section 4.5.3.1.3, without the angle brackets.
const ADDRESS_MAX: usize = 254;

/// An address that mail can be sent to: a dot-atom and a host name.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    local: String,
    domain: String,
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Address(…)")
    }
}

impl Address {
    /// Parse what somebody typed: exactly one `local@domain`, nothing around it. The
    /// domain may be international; it becomes lower-case punycode.
    pub fn parse(typed: &str) -> Result<Self, RegistrarError> {
        // Bounds first: IDNA is the only step that is not linear in a few bytes.
        let (local, domain) = typed
            .rsplit_once('@')
            .filter(|_| typed.len() <= 4 * ADDRESS_MAX)
            .ok_or(RegistrarError::Address)?;
        let atom = |atom: &str| !atom.is_empty() && atom.bytes().all(is_atext);
        if local.len() > LOCAL_MAX || !local.split('.').all(atom) {
            return Err(RegistrarError::Address);
        }
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| RegistrarError::Address)?;
        let address = Self {
            local: local.to_owned(),
            domain,
        };
        if is_host_name(&address.domain) && address.to_string().len() <= ADDRESS_MAX {
            Ok(address)
        } else {
            Err(RegistrarError::Address)
        }
    }

    /// An address from parts that an address was made of.
    pub(super) fn from_parts(local: String, domain: String) -> Self {
        Self { local, domain }
    }

    /// The part before the `@`, as typed.
    pub fn local(&self) -> &str {
        &self.local
    }

    /// The part after the `@`: lower-case ASCII.
    pub fn domain(&self) -> &str {
        &self.domain
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{}", self.local, self.domain)
    }
}

/// RFC 5322, section 3.2.3, in ASCII.
fn is_atext(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

/// At least two labels, and a last one that is no number: a name in the public DNS.
fn is_host_name(domain: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let last = domain.rsplit('.').next().unwrap_or_default();
    domain.len() <= 253
        && domain.contains('.')
        && domain.split('.').all(label)
        && !last.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_kept_and_the_domain_made_ascii() {
        for (typed, parsed) in [
            ("ada@example.org", "ada@example.org"),
            ("Ada.Lovelace+x@EXAMPLE.org", "Ada.Lovelace+x@example.org"),
            ("ada@BÜCHER.example", "ada@xn--bcher-kva.example"),
            ("o'neil_{x}|~@a-b.example", "o'neil_{x}|~@a-b.example"),
        ] {
            assert_eq!(Address::parse(typed).expect(typed).to_string(), parsed);
        }
    }

    #[test]
    fn what_is_not_one_plain_address_is_refused() {
        let long_local = format!("{}@example.org", "a".repeat(65));
        let long = format!("a@{}.org", ["b".repeat(60).as_str(); 5].join("."));
        let huge = format!("a@{}", "b.".repeat(100_000));
        for typed in [
            "",
            "@",
            "ada",
            "ada@",
            "@example.org",
            "ada@example",
            "ada@localhost",
            "a b@example.org",
            " ada@example.org",
            "ada@example.org ",
            "ada@example.org\n",
            "ada\r\n@example.org",
            "ada@example.org\r\nBcc: eve@example.org",
            "ada@example.org,eve@example.org",
            "ada@example.org;eve@example.org",
            "Ada <ada@example.org>",
            "<ada@example.org>",
            "\"ada\"@example.org",
            "ada(x)@example.org",
            "ada@[127.0.0.1]",
            "ada@127.0.0.1",
            "ada@[IPv6:::1]",
            ".ada@example.org",
            "ada.@example.org",
            "a..b@example.org",
            "ada@@example.org",
            "eve@x@example.org",
            "ada@-example.org",
            "ada@example-.org",
            "ada@example..org",
            "ada@.example.org",
            "ada@example.org.",
            "ada@exa_mple.org",
            "ada@exam\u{0}ple.org",
            "ädä@example.org",
            "ada\u{202e}@example.org",
            "ada@exam ple.org",
            "ada@xn--a.example",
            "mailto:ada@example.org",
            &long_local,
            &long,
            &huge,
        ] {
            assert!(
                Address::parse(typed).is_err(),
                "{:?}",
                &typed[..typed.len().min(60)]
            );
        }
    }
}
