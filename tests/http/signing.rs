//! A whole signing, as a signer's program does it: mail, blind signature, promise, receipt.

use serde_json::{Value, json};
use undersigned::api::problem::Kind;
use undersigned::api::{ConfirmResponse, PromiseState, Promised, SignatureResponse};
use undersigned::protocol::commitment::{Disclosure, DisclosureFields};
use undersigned::protocol::encoding::to_base64;
use undersigned::protocol::ids::Tree;
use undersigned::protocol::inclusion::InclusionProof;
use undersigned::protocol::manifest::{Manifest, Publication};
use undersigned::protocol::receipt::{Private, Receipt};
use undersigned::protocol::signer::{SignerSecret, Signing, withdraw};
use undersigned::tlog::hash::leaf_hash;
use undersigned::tlog::policy::Policy;

use crate::site::{Setup, Site};

/// A signer with a mailbox.
pub struct Signer {
    pub address: String,
    pub secret: SignerSecret,
    pub disclosure: Disclosure,
}

impl Signer {
    pub fn new(address: &str) -> Self {
        let fields = DisclosureFields {
            name: Some("Someone".into()),
            ..Default::default()
        };
        let disclosure = Disclosure::new(&fields).expect("short");
        let secret = SignerSecret(*blake3::hash(address.as_bytes()).as_bytes());
        Self {
            address: address.to_owned(),
            secret,
            disclosure,
        }
    }

    pub async fn manifest(&self, site: &Site) -> Manifest {
        let bytes = site.get(&site.of("/manifest")).await.body;
        Manifest::parse_as(&bytes, site.id).expect("the petition's own")
    }

    pub async fn ask(&self, site: &Site) {
        let answer = site
            .post(
                &site.of("/confirmations"),
                &json!({ "email": self.address, "updates": true }),
            )
            .await;
        assert_eq!(answer.status, 202, "{}", answer.text());
    }

    /// Ask for a link and read the mail. Returns the link's token.
    pub async fn token(&self, site: &Site) -> String {
        self.ask(site).await;
        let mail = site.mail_to(&self.address).await;
        site.token_in(&mail, "confirm")
    }

    pub fn signing(&self, manifest: &Manifest) -> Signing {
        Signing::new(
            &self.secret,
            manifest.id(),
            manifest.token(),
            &self.disclosure,
        )
        .expect("an invertible factor")
    }

    /// Confirm, and get the leaf.
    pub async fn leaf(&self, site: &Site) -> Vec<u8> {
        let manifest = self.manifest(site).await;
        let signing = self.signing(&manifest);
        let body = json!({
            "token": self.token(site).await,
            "blinded_message": to_base64(signing.blinded_message()),
        });
        let answer = site.post(&site.of("/confirm"), &body).await;
        let again = site.post(&site.of("/confirm"), &body).await;
        let answer: ConfirmResponse = answer.json();
        assert_eq!(
            answer.blind_signature,
            again.json::<ConfirmResponse>().blind_signature
        );
        let signed = answer.blind_signature.try_into().expect("256 bytes");
        signing
            .finish(manifest.token(), &signed)
            .expect("a token")
            .to_bytes()
    }
}

async fn signs_and_gets_a_receipt(publication: Publication) {
    let site = Site::with(Setup {
        publication,
        ..Setup::default()
    })
    .await;
    let signer = Signer::new("ada@signers.example");
    let manifest = signer.manifest(&site).await;
    let leaf = signer.leaf(&site).await;
    let SignatureResponse { promise } = site.submit(&leaf).await.json();
    let SignatureResponse { promise: again } = site.submit(&leaf).await.json();
    assert_eq!(promise, again);
    let hash = leaf_hash(&leaf);
    let promises = site.of(&format!("/promises/{}", hex::encode(hash.0)));
    let promised: Promised = site.get(&promises).await.json();
    assert_eq!(
        (promised.state, promised.index),
        (PromiseState::Waiting, None)
    );
    let proofs = site.of(&format!(
        "/trees/signatures/proof?leaf={}",
        hex::encode(hash.0)
    ));
    site.get(&proofs).await.refused(404, Kind::NotFound);

    site.clock.advance(publication.longest_wait());
    assert_eq!(site.publish_due().await, 2);
    let promised: Promised = site.get(&promises).await.json();
    assert_eq!(
        (promised.state, promised.index),
        (PromiseState::Published, Some(0))
    );
    let proof: InclusionProof = site.get(&proofs).await.json();
    let private = Private {
        secret: signer.secret.0,
        disclosure: String::from_utf8(signer.disclosure.as_bytes().to_vec()).expect("JSON"),
    };
    let mut receipt = Receipt::begin(&manifest, None, private);
    receipt.leaf = Some(to_base64(&leaf));
    receipt.promise = Some(promise);
    receipt.proof = Some(proof);
    let policy = Policy::of_logs(manifest.journal_vkeys(Tree::Roll).to_vec());
    let verified = receipt.verify(&policy).expect("a receipt that holds");
    assert!(verified.owned);

    // And takes it back.
    let signature = receipt.signature().expect("a leaf").expect("there");
    let withdrawal = withdraw(&signer.secret, site.id, &signature, 0).to_bytes();
    let body = json!({ "leaf": to_base64(&withdrawal) });
    site.post(&site.of("/withdrawals"), &body)
        .await
        .json::<Value>();
    site.post(&site.of("/withdrawals"), &body)
        .await
        .json::<Value>();
    site.publish_all().await;
    let count: Value = site.get(&site.of("/count")).await.json();
    assert_eq!(count["count"], 0);
    assert_eq!(count["ceiling"], 0);
}

#[tokio::test]
async fn batched() {
    signs_and_gets_a_receipt(Publication::Batched).await;
}

#[tokio::test]
async fn private() {
    signs_and_gets_a_receipt(Publication::Private).await;
}

#[tokio::test]
async fn prompt() {
    signs_and_gets_a_receipt(Publication::Prompt).await;
}

#[tokio::test]
async fn confirming_is_refused_as_it_should_be() {
    let site = Site::new().await;
    let signer = Signer::new("grace@signers.example");
    let manifest = signer.manifest(&site).await;
    let signing = signer.signing(&manifest);
    let token = signer.token(&site).await;
    let confirm = |token: &str, blinded: &[u8]| {
        let body = json!({ "token": token, "blinded_message": to_base64(blinded) });
        let site = &site;
        async move { site.post(&site.of("/confirm"), &body).await }
    };
    let blinded = signing.blinded_message();
    confirm("unknown", blinded)
        .await
        .refused(404, Kind::UnknownLink);
    let foreign = token.chars().rev().collect::<String>();
    confirm(&foreign, blinded)
        .await
        .refused(404, Kind::UnknownLink);
    confirm(&token, &blinded[1..])
        .await
        .refused(422, Kind::BlindedMessage);
    confirm(&token, &[&blinded[..], &[0]].concat())
        .await
        .refused(422, Kind::BlindedMessage);
    confirm(&token, &[0xff; 256])
        .await
        .refused(422, Kind::BlindedMessage);
    confirm(&token, blinded).await.json::<ConfirmResponse>();
    let other = Signer::new("other@signers.example");
    let other = other.signing(&manifest);
    confirm(&token, other.blinded_message())
        .await
        .refused(409, Kind::LinkUsed);
    site.clock.advance(31 * crate::support::DAY);
    let late = json!({ "email": "late@signers.example" });
    site.post(&site.of("/confirmations"), &late)
        .await
        .refused(409, Kind::Closed);
}

#[tokio::test]
async fn asking_tells_nothing_about_the_address() {
    let site = Site::new().await;
    let signer = Signer::new("known@signers.example");
    signer.leaf(&site).await;
    let ask = |path: &'static str, address: &'static str| {
        let site = &site;
        async move {
            site.post(&site.of(path), &json!({ "email": address }))
                .await
        }
    };
    for path in ["/confirmations", "/removals", "/data-requests"] {
        let known = ask(path, "known@signers.example").await;
        let unknown = ask(path, "unknown@signers.example").await;
        assert_eq!(known.status, 202);
        assert_eq!(unknown.status, 202);
        assert_eq!(known.body, unknown.body);
        let names = |answer: &crate::site::Answer| {
            let mut names: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
            names.sort();
            names
        };
        assert_eq!(names(&known), names(&unknown));
        ask(path, "no address at all")
            .await
            .refused(422, Kind::Address);
    }
}

#[tokio::test]
async fn a_removal_strikes_the_entry() {
    let site = Site::new().await;
    let signer = Signer::new("gone@signers.example");
    let leaf = signer.leaf(&site).await;
    site.submit(&leaf).await.json::<Value>();
    site.publish_all().await;
    let answer = site
        .post(&site.of("/removals"), &json!({ "email": signer.address }))
        .await;
    assert_eq!(answer.status, 202);
    let mut token = None;
    for _ in 0..1000 {
        let prefix = format!("/{}/remove/", site.id);
        if let Some((_, mail)) = site
            .mails()
            .into_iter()
            .find(|(_, mail)| mail.contains(&prefix))
        {
            token = Some(site.token_in(&mail, "remove"));
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let token = token.expect("a mail");
    site.post(&site.of("/removal"), &json!({ "token": "unknown" }))
        .await
        .refused(404, Kind::UnknownLink);
    site.post(&site.of("/removal"), &json!({ "token": token }))
        .await
        .json::<Value>();
    site.post(&site.of("/removal"), &json!({ "token": token }))
        .await
        .json::<Value>();
    assert_eq!(site.publish_due().await, 1);
    let count: Value = site.get(&site.of("/count")).await.json();
    assert_eq!((&count["count"], &count["ceiling"]), (&json!(0), &json!(1)));
}

#[tokio::test]
async fn pages_behind_links_do_nothing_and_repeat_nothing() {
    let site = Site::new().await;
    let signer = Signer::new("page@signers.example");
    let token = signer.token(&site).await;
    for kind in ["confirm", "remove", "unsubscribe"] {
        let path = format!("/{}/{kind}/{token}", site.id);
        let page = site.get_file(&path).await;
        assert_eq!(page.status, 200);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        assert!(
            page.header("content-security-policy")
                .starts_with("default-src 'none'")
        );
        assert!(!page.text().contains(&token));
    }
    // The link still works.
    let manifest = signer.manifest(&site).await;
    let signing = signer.signing(&manifest);
    let body = json!({ "token": token, "blinded_message": to_base64(signing.blinded_message()) });
    site.post(&site.of("/confirm"), &body)
        .await
        .json::<ConfirmResponse>();
}

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn one_click_ends_updates() {
    let site = Site::new().await;
    let click = |content_type: &'static str, body: &'static str| {
        let path = format!("/{}/unsubscribe/whatever", site.id);
        let request = site
            .http
            .post(site.url(&path))
            .header("content-type", content_type);
        let site = &site;
        async move { site.send(request.body(body)).await }
    };
    click(FORM, "").await.refused(400, Kind::Malformed);
    click(FORM, "List-Unsubscribe=No")
        .await
        .refused(400, Kind::Malformed);
    click("text/plain", "List-Unsubscribe=One-Click")
        .await
        .refused(415, Kind::MediaType);
    let multipart = "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\n\
                     One-Click\r\n--b--\r\n";
    for (content_type, body) in [
        (FORM, "List-Unsubscribe=One-Click"),
        ("multipart/form-data; boundary=b", multipart),
    ] {
        let answer = click(content_type, body).await;
        assert!(
            answer.status == 200 || answer.status == 404,
            "an unknown token is no news: {}",
            answer.text()
        );
    }
}
