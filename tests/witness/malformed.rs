//! What is not a request, and what is not a request of this interface.

use reqwest::Method;
use undersigned::tlog::hash::leaf_hash;

use crate::house::{Answer, House};
use crate::log::Log;

#[tokio::test]
async fn a_body_has_one_form() {
    let log = Log::one();
    let house = House::new(&[&log]).await;
    assert_eq!(house.post(log.body(0, 9)).await.status, 200);
    let good = String::from_utf8(log.body(9, 20)).expect("text");
    let hash = leaf_hash(b"some").to_string();
    let proof = log.proof(9, 20)[0].to_string();
    let note = log.note(20).to_string();
    let of = |head: &str| format!("{head}\n{note}");
    let cases = [
        String::new(),
        "\n".to_owned(),
        "\n\n".to_owned(),
        "old 9".to_owned(),
        "old 9\n".to_owned(),
        "old 9\n\n".to_owned(),
        note.clone(),
        of(""),
        of("old\n"),
        of("old \n"),
        of("old  9\n"),
        of("old 9 \n"),
        of("Old 9\n"),
        of("old 09\n"),
        of("old +9\n"),
        of("old -9\n"),
        of("old 9.0\n"),
        of("old 0x9\n"),
        of("old ９\n"),
        of("old 9223372036854775808\n"),
        of("old 18446744073709551625\n"),
        of("old 9\r\n"),
        of("old 9\nold 9\n"),
        of(&format!("size 9\n{hash}\n")),
        of(&format!("old 9\n{hash} \n")),
        of(&format!("old 9\n{}\n", &hash[..43])),
        of(&format!("old 9\n{hash}=\n")),
        of(&format!("old 9\n{}\n", hex::encode(leaf_hash(b"some").0))),
        of(&format!("old 9\n{}", format!("{hash}\n").repeat(64))),
        good.replace('\n', "\r\n"),
        good.replacen(&proof, "", 1),
        good.replacen("old 9\n", "old 9\n\n", 1),
        good.replacen("log.example/one\n20\n", "log.example/one\n020\n", 1),
        good.replacen("log.example/one\n20\n", "log.example/one\n", 1),
        good.replacen("log.example/one\n20\n", "\n20\n", 1),
        good.replacen("\n\n— ", "\n— ", 1),
        good.replacen('—', "-", 1),
        good[..good.len() - 1].to_owned(),
        format!("{good}\n"),
        format!("{good}— log.example/one\n"),
        format!(" {good}"),
        format!("\u{feff}{good}"),
    ];
    for body in cases {
        let answer = house.post(body.clone()).await;
        assert_eq!(answer.status, 400, "{body:?}: {}", answer.text());
    }
    for bytes in [
        &b"old 9\n\xff\n\n"[..],
        b"old 9\n\nlog\xff.example\n",
        b"\0",
    ] {
        assert_eq!(house.post(bytes.to_vec()).await.status, 400);
    }
    // Every cut of the good one: the shortest that parses is the good one.
    for end in 0..good.len() {
        let answer = house.post(good.as_bytes()[..end].to_vec()).await;
        assert_eq!(answer.status, 400, "cut after {end} bytes");
    }
    assert_eq!(house.post(good).await.status, 200);
}

#[tokio::test]
async fn there_are_two_routes() {
    let log = Log::one();
    let house = House::new(&[&log]).await;
    let body = log.body(0, 9);
    assert_eq!(house.post(body.clone()).await.status, 200);
    let send = async |method: Method, path: &str| {
        let request = house
            .http
            .request(method, house.url(path))
            .body(body.clone());
        Answer::of(request.send().await.expect("an answer"))
            .await
            .status
    };
    for method in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH] {
        assert_eq!(
            send(method.clone(), "/add-checkpoint").await,
            405,
            "{method}"
        );
    }
    let hash = undersigned::tlog::witness::origin_hash(&log.origin);
    assert_eq!(
        send(Method::POST, &format!("/{hash}/checkpoint")).await,
        405
    );
    assert_eq!(
        send(Method::HEAD, &format!("/{hash}/checkpoint")).await,
        200
    );
    for path in [
        "/".to_owned(),
        "/sign-subtree".to_owned(),
        "/add-checkpoint/".to_owned(),
        "/checkpoint".to_owned(),
        format!("/{hash}"),
        format!("/{}/checkpoint", hash.to_uppercase()),
        format!("/{}/checkpoint", &hash[..63]),
        format!("/{}/checkpoint", "0".repeat(64)),
        "/%2e%2e/checkpoint".to_owned(),
        "/..%2fknown/checkpoint".to_owned(),
        format!("/x/{hash}/checkpoint"),
    ] {
        assert_eq!(send(Method::GET, &path).await, 404, "{path}");
    }
    assert_eq!(send(Method::POST, "/sign-subtree").await, 404, "left out");
}
