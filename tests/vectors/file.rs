//! The format of a vector: `key: value` lines, a blank line, and the body's exact bytes.

/// What a check found: fields that an accepted vector must state, all of them.
pub(crate) type Facts = Vec<(&'static str, String)>;

/// A vector.
pub(crate) struct Vector {
    path: String,
    pub(crate) accept: bool,
    fields: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Vector {
    pub(crate) fn parse(path: &str, bytes: &[u8]) -> Self {
        let end = bytes.windows(2).position(|two| two == b"\n\n");
        let end = end.unwrap_or_else(|| panic!("{path}: no blank line"));
        let header = std::str::from_utf8(&bytes[..end]).expect("a UTF-8 header");
        let field = |line: &str| {
            let (key, value) = line
                .split_once(": ")
                .unwrap_or_else(|| panic!("{path}: {line:?} is no field"));
            (key.to_owned(), value.to_owned())
        };
        let mut vector = Self {
            path: path.to_owned(),
            accept: false,
            fields: header.lines().map(field).collect(),
            body: bytes[end + 2..].to_vec(),
        };
        vector.accept = match vector.get("verdict") {
            "accept" => true,
            "reject" => false,
            other => panic!("{path}: verdict {other:?}"),
        };
        assert!(
            !vector.get("about").is_empty(),
            "{path} says what it is about"
        );
        assert_ne!(
            vector.opt("reason").is_some(),
            vector.accept,
            "{path}: reason"
        );
        vector
    }

    pub(crate) fn verdict(&self) -> &str {
        self.get("verdict")
    }

    /// All values of a field.
    pub(crate) fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields
            .iter()
            .filter(move |(k, _)| k == key)
            .map(|(_, value)| value.as_str())
    }

    /// The value of a field that may be absent.
    pub(crate) fn opt<'a>(&'a self, key: &'a str) -> Option<&'a str> {
        let mut values = self.all(key);
        let value = values.next();
        assert!(
            values.next().is_none(),
            "{}: {key} is there twice",
            self.path
        );
        value
    }

    /// The value of a field.
    pub(crate) fn get<'a>(&'a self, key: &'a str) -> &'a str {
        self.opt(key)
            .unwrap_or_else(|| panic!("{}: no field {key}", self.path))
    }

    /// The parsed value of a field.
    pub(crate) fn value<T: std::str::FromStr>(&self, key: &str) -> T {
        self.get(key)
            .parse()
            .unwrap_or_else(|_| panic!("{}: {key} does not parse", self.path))
    }

    /// Bytes of a hexadecimal field.
    pub(crate) fn hex(&self, key: &str) -> Vec<u8> {
        hex::decode(self.get(key)).unwrap_or_else(|_| panic!("{}: {key} is no hex", self.path))
    }

    /// Bytes of a hexadecimal field of fixed length.
    pub(crate) fn array<const N: usize>(&self, key: &str) -> [u8; N] {
        let bytes = self.hex(key);
        bytes
            .try_into()
            .unwrap_or_else(|_| panic!("{}: {key} has not {N} bytes", self.path))
    }

    /// Whether what a check found is what the header says. A reason is the beginning of
    /// our error's text, so that it can leave out words of a JSON parser.
    pub(crate) fn judge(&self, found: Result<Facts, String>) -> Result<(), String> {
        match found {
            Ok(_) if !self.accept => Err("accepted".to_owned()),
            Err(error) if self.accept => Err(format!("refused: {error}")),
            Err(error) if error.starts_with(self.get("reason")) => Ok(()),
            Err(error) => Err(format!("refused for another reason: {error}")),
            Ok(facts) => facts.iter().try_for_each(|(key, _)| {
                let found: Vec<&str> = facts
                    .iter()
                    .filter(|(k, _)| k == key)
                    .map(|(_, v)| v.as_str())
                    .collect();
                let stated: Vec<&str> = self.all(key).collect();
                if found == stated {
                    Ok(())
                } else {
                    Err(format!("{key} is {found:?}, not {stated:?}"))
                }
            }),
        }
    }
}

/// A vector in the making.
#[derive(Clone)]
pub(crate) struct Case {
    topic: &'static str,
    name: String,
    header: String,
    body: Vec<u8>,
}

impl Case {
    pub(crate) fn accept(topic: &'static str, name: &str, about: &str) -> Self {
        let header = format!("verdict: accept\nabout: {about}\n");
        Self {
            topic,
            name: format!("accept-{name}"),
            header,
            body: Vec::new(),
        }
    }

    pub(crate) fn reject(topic: &'static str, name: &str, about: &str, reason: &str) -> Self {
        let header = format!("verdict: reject\nreason: {reason}\nabout: {about}\n");
        Self {
            topic,
            name: format!("reject-{name}"),
            header,
            body: Vec::new(),
        }
    }

    pub(crate) fn field(mut self, key: &str, value: impl std::fmt::Display) -> Self {
        let value = value.to_string();
        assert!(!value.contains('\n'), "{key} is one line");
        self.header.extend([key, ": ", &value, "\n"]);
        self
    }

    pub(crate) fn fields<V: std::fmt::Display>(
        self,
        key: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        values
            .into_iter()
            .fold(self, |case, value| case.field(key, value))
    }

    pub(crate) fn hex(self, key: &str, bytes: impl AsRef<[u8]>) -> Self {
        self.field(key, hex::encode(bytes))
    }

    pub(crate) fn body(mut self, body: impl AsRef<[u8]>) -> Self {
        self.body = body.as_ref().to_vec();
        self
    }

    /// Path below the folder of vectors, and the file's bytes.
    pub(crate) fn file(self) -> (String, Vec<u8>) {
        let path = format!("{}/{}.txt", self.topic, self.name);
        (path, [self.header.as_bytes(), b"\n", &self.body].concat())
    }
}
