//! How much strangers may send, and how often.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use undersigned::tlog::witness::REQUEST_MAX;

use crate::house::{Answer, House, Place, logs};
use crate::log::Log;

/// A request of exactly this many bytes, made so by an extension line.
fn request_of(log: &Log, length: usize) -> Vec<u8> {
    let text = |filler: usize| format!("{}{}\n", log.checkpoint(9), "x".repeat(filler));
    let body = |filler| Log::forced(0, vec![], log.sign(&text(filler)));
    let shortest = body(1).len();
    let body = body(1 + length - shortest);
    assert_eq!(body.len(), length);
    body
}

/// Send chunks until the connection ends. Returns the answer and the number of bytes sent.
async fn endless(house: &House) -> (String, usize) {
    let stream = TcpStream::connect(house.server.addr()).await;
    let (mut from, mut to) = stream.expect("connects").into_split();
    let head = "POST /add-checkpoint HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n";
    to.write_all(head.as_bytes()).await.expect("sent");
    let sending = tokio::spawn(async move {
        let chunk = format!("4000\r\n{}\r\n", "o".repeat(0x4000));
        let mut sent = 0;
        while sent < 64 * REQUEST_MAX && to.write_all(chunk.as_bytes()).await.is_ok() {
            sent += 0x4000;
        }
        sent
    });
    let mut said = vec![0; 12];
    from.read_exact(&mut said).await.expect("an answer");
    // What follows may be cut by the end of the connection.
    let _ = from.read_to_end(&mut said).await;
    drop(from);
    let sent = sending.await.expect("no panic");
    (String::from_utf8_lossy(&said).into_owned(), sent)
}

#[tokio::test]
async fn bodies_are_bounded() {
    let log = Log::one();
    let house = House::new(&[&log]).await;
    let longest = request_of(&log, REQUEST_MAX);
    assert_eq!(house.post(longest.clone()).await.status, 200);
    let longer = request_of(&log, REQUEST_MAX + 1);
    assert_eq!(house.post(longer).await.status, 413);
    // Without a length announced, and without an end.
    let (said, sent) = endless(&house).await;
    assert!(said.starts_with("HTTP/1.1 413 "), "{said}");
    // What the system's buffers hold counts as sent.
    assert!(
        sent < 32 * REQUEST_MAX,
        "it was not read to no end: {sent} bytes"
    );
    let answer = house.latest(&log).await;
    assert!(answer.body.len() < REQUEST_MAX + 10_000 && answer.status == 200);
    house.post(log.body(0, 9)).await.conflicts(9);
}

#[tokio::test]
async fn each_network_has_its_share() {
    let log = Log::one();
    let house = House::with(Place::new(), logs(&[&log]), "", 5).await;
    for _ in 0..5 {
        house.post(log.body(3, 9)).await.conflicts(0);
    }
    let refused = house.post(log.body(0, 9)).await;
    assert_eq!(refused.status, 429);
    assert_eq!(
        house.latest(&log).await.status,
        429,
        "monitors are counted, too"
    );
    house.place.clock.advance(1);
    assert_eq!(house.post(log.body(0, 9)).await.status, 200);
}

#[tokio::test]
async fn strangers_cannot_name_another_network() {
    let log = Log::one();
    let house = House::with(Place::new(), logs(&[&log]), "", 2).await;
    let mut statuses = Vec::new();
    for address in ["198.51.100.1", "198.51.100.2", "198.51.100.3"] {
        let request = house.http.post(house.url("/add-checkpoint"));
        let request = request
            .header("x-forwarded-for", address)
            .body(log.body(3, 9));
        statuses.push(request.send().await.expect("an answer").status().as_u16());
    }
    assert_eq!(statuses, [409, 409, 429]);
    // From the proxy's own address the header counts.
    let proxy = reqwest::Client::builder().no_proxy();
    let proxy = proxy
        .local_address(Some([127, 0, 0, 2].into()))
        .build()
        .expect("a client");
    for address in [
        "198.51.100.1",
        "198.51.100.2",
        "198.51.100.3",
        "198.51.100.4",
    ] {
        let request = proxy.post(house.url("/add-checkpoint"));
        let request = request
            .header("x-forwarded-for", address)
            .body(log.body(3, 9));
        let answer = Answer::of(request.send().await.expect("an answer")).await;
        answer.conflicts(0);
    }
}

#[tokio::test]
async fn a_prefix_stands_before_both_routes() {
    let log = Log::one();
    let house = House::with(Place::new(), logs(&[&log]), "/a/witness-1", 0).await;
    assert_eq!(house.post(log.body(0, 9)).await.status, 200);
    assert_eq!(house.latest(&log).await.status, 200);
    let bare = format!("http://{}/add-checkpoint", house.server.addr());
    let answer = house.http.post(bare).body(log.body(9, 9)).send().await;
    assert_eq!(answer.expect("an answer").status(), 404);
}

#[tokio::test]
async fn a_prefix_is_a_plain_path() {
    use undersigned::door::TrustedProxies;
    use undersigned::witness::{ListenError, WitnessOptions, WitnessServer};
    let place = Place::new();
    let witness = place.open(logs(&[])).expect("opens");
    for prefix in [
        "/", "a", "/a/", "//a", "/a//b", "/{a}", "/a b", "/../a", "/%41", "/ä", "a/b",
    ] {
        let options = WitnessOptions {
            listen: ([127, 0, 0, 1], 0).into(),
            prefix: prefix.to_owned(),
            proxies: TrustedProxies::default(),
            per_second: 0,
        };
        let started = WitnessServer::start(witness.clone(), options, place.clock.clone()).await;
        assert!(matches!(started, Err(ListenError::Prefix(_))), "{prefix:?}");
    }
}
