//! Scripts, styles and pictures, embedded in the program. Their address holds a hash of
//! all of them, so that they can be kept for ever and pages never mix two versions.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use rust_embed::RustEmbed;

use super::bundle::bundle;
use super::failure::Failure;
use crate::http::{Caching, Refusal, Resource, accepts_gzip, gzip};

#[derive(RustEmbed)]
#[folder = "src/web/assets"]
#[exclude = "*.md"]
struct Assets;

static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hasher = blake3::Hasher::new();
    for name in Assets::iter() {
        let file = Assets::get(&name).expect("it was just listed");
        hasher.update(name.as_bytes());
        hasher.update(&[0]);
        hasher.update(&file.metadata.sha256_hash());
    }
    hasher.finalize().to_hex()[..16].to_owned()
});

/// The paths of all assets.
pub(super) fn names() -> impl Iterator<Item = String> {
    Assets::iter().map(|name| name.to_string())
}

/// The text of a script, style or picture.
pub(super) fn text(path: &str) -> Option<String> {
    let file = Assets::get(path)?;
    String::from_utf8(file.data.into_owned()).ok()
}

/// Where an asset is served, as in `js/pages/petition.js`.
pub(super) fn url(path: &str) -> String {
    debug_assert!(Assets::get(path).is_some(), "no asset {path}");
    format!("/assets/{}/{path}", *VERSION)
}

fn content_type(path: &str) -> Option<&'static str> {
    let (_, extension) = path.rsplit_once('.')?;
    Some(match extension {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        _ => return None,
    })
}

pub(super) async fn file(
    Path((version, path)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let (Some(content_type), Some(file)) = (content_type(&path), Assets::get(&path)) else {
        return Err(Refusal::not_found().into());
    };
    // A page of another version still finds its files while a new version is rolled out.
    let caching = if version == *VERSION {
        Caching::Forever
    } else {
        Caching::Revalidate
    };
    let squeezable = content_type != "image/png";
    let zipped = squeezable && accepts_gzip(&headers);
    // A page's script comes with all that it imports.
    let body = match (bundle(&path), zipped) {
        (Some(script), true) => script.gzip.clone(),
        (Some(script), false) => script.code.clone().into_bytes(),
        (None, true) => gzip(&file.data),
        (None, false) => file.data.into_owned(),
    };
    let resource = Resource {
        content_type,
        caching,
        body,
        gzip: squeezable.then_some(zipped),
    };
    let mut response = resource.answer(&headers);
    let anywhere = HeaderValue::from_static("cross-origin");
    response
        .headers_mut()
        .insert("cross-origin-resource-policy", anywhere);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_asset_has_a_type() {
        let mut seen = 0;
        for name in Assets::iter() {
            assert!(content_type(&name).is_some(), "{name} has no content type");
            seen += 1;
        }
        assert!(seen > 0);
    }
}
