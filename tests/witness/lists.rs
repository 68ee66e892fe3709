//! Lists of logs (`logs/v0`).

use undersigned::tlog::note::KeyError;
use undersigned::witness::{ListError, ListFault, LogList, append};

use crate::log::Log;

fn vkey(n: u8) -> String {
    Log::new(&format!("log.example/{n}"), n, 0)
        .vkey()
        .to_string()
}

fn parse(text: &str) -> Result<LogList, ListError> {
    LogList::parse(text.as_bytes())
}

#[test]
fn a_published_list_reads_as_it_is() {
    let text = format!(
        "#\n# List:      10qps\n#\nlogs/v0\n\n# one\nvkey {}\norigin none\nqpd 86400\n\
         bastion https://bastion.example/\ncontact somebody (at) log.example\n\n# two\nvkey {}\n\
         origin another origin line\nqpd 24\nbastion none\ncontact none\nvkey {}\n",
        vkey(1),
        vkey(2),
        vkey(3)
    );
    let list = parse(&text).expect("a list");
    let origins: Vec<_> = list
        .iter()
        .map(|(origin, keys)| (origin, keys.len()))
        .collect();
    assert_eq!(
        origins,
        [
            ("another origin line", 1),
            ("log.example/1", 1),
            ("log.example/3", 1)
        ]
    );
    assert!(
        list.keys("log.example/2").is_none(),
        "its origin is another"
    );
    assert_eq!((list.len(), list.is_empty()), (3, false));
}

#[test]
fn what_append_writes_reads_back() {
    let keys: Vec<_> = (1..4)
        .map(|n| Log::new("log.example", n, 0).vkey())
        .collect();
    let mut text = append(None, &keys[0], None);
    text = append(Some(&text), &keys[1], None);
    text = append(Some(&text), &keys[2], Some("go.sum database tree"));
    let list = parse(&text).expect("a list");
    assert_eq!(list.keys("log.example"), Some(&keys[..2]));
    assert_eq!(list.keys("go.sum database tree"), Some(&keys[2..]));
    parse("logs/v0\n").expect("an empty list");
}

#[test]
fn what_is_wrong_is_named_by_its_line() {
    let (one, bad_key) = (vkey(1), vkey(2).replace('+', "-"));
    let cases = [
        ("", 1, ListFault::Header),
        ("# only a comment\n", 1, ListFault::Header),
        ("logs/v1\n", 1, ListFault::Header),
        ("logs/v0 \n", 1, ListFault::Header),
        ("\nlogs/v0", 2, ListFault::Unterminated),
        (&format!("vkey {one}\n"), 1, ListFault::Header),
        (&format!("logs/v0\nvkey {one}"), 2, ListFault::Unterminated),
        (
            &format!("logs/v0\nvkey {bad_key}\n"),
            2,
            KeyError::Shape.into(),
        ),
        (&format!("logs/v0\nvkey  {one}\n"), 2, KeyError::Name.into()),
        (&format!("logs/v0\n{one}\n"), 2, ListFault::Keyword),
        (&format!("logs/v0\n vkey {one}\n"), 2, ListFault::Keyword),
        ("logs/v0\nlogs/v0\n", 2, ListFault::Keyword),
        ("logs/v0\norigin none\n", 2, ListFault::Order),
        (
            &format!("logs/v0\nvkey {one}\nqpd 1\nqpd 1\n"),
            4,
            ListFault::Order,
        ),
        (
            &format!("logs/v0\nvkey {one}\norigin \n"),
            2,
            ListFault::Origin,
        ),
        (
            &format!("logs/v0\nvkey {one}\norigin a\tb\n"),
            2,
            ListFault::Origin,
        ),
        (&format!("logs/v0\r\nvkey {one}\r\n"), 1, ListFault::Header),
    ];
    for (text, line, fault) in cases {
        assert_eq!(parse(text), Err(ListError { line, fault }), "{text:?}");
    }
    assert_eq!(
        LogList::parse(b"logs/v0\n\xff\n"),
        Err(ListError {
            line: 1,
            fault: ListFault::Utf8
        })
    );
}

#[test]
fn lists_overlap_and_keys_add_up() {
    let key = |n| Log::new("log.example", n, 0).vkey();
    let mut list = LogList::default();
    assert_eq!(list.add(key(0), None), Ok(true));
    assert_eq!(list.add(key(0), None), Ok(false), "once");
    assert_eq!(list.add(key(0), Some("other")), Ok(true), "of another log");
    let mut more = LogList::default();
    for n in 0..16 {
        more.add(key(n), None).expect("a key");
    }
    assert_eq!(more.add(key(16), None), Err(ListFault::TooManyKeys));
    list.merge(more).expect("merges");
    assert_eq!(list.keys("log.example").map(<[_]>::len), Some(16));
    assert_eq!(list.keys("other").map(<[_]>::len), Some(1));
}
