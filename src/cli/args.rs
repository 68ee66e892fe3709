//! Arguments that several commands share.

use std::path::PathBuf;

use clap::Args;

use super::stop::stop;
use super::{Clocks, files};
use crate::client::api::Client;
use crate::protocol::ids::PetitionId;

/// Where a service runs unless told otherwise.
pub(crate) const SERVER: &str = "http://localhost:8080";

/// Which service.
#[derive(Args, Clone)]
pub(crate) struct ServerArgs {
    /// Address of the service
    #[arg(
        long,
        value_name = "URL",
        env = "UNDERSIGNED_SERVER",
        hide_env_values = true
    )]
    #[arg(default_value = SERVER)]
    pub(crate) server: String,
}

impl ServerArgs {
    pub(crate) fn client(&self, clock: &Clocks) -> anyhow::Result<Client> {
        Ok(Client::new(&self.server, clock.clone())?)
    }
}

/// Which petition, where.
#[derive(Args, Clone)]
pub(crate) struct PetitionArgs {
    /// Address of the petition, `<service>/<petition id>`; or the id alone
    #[arg(value_name = "URL")]
    pub(crate) url: Option<String>,
    /// The petition's id, instead of URL
    #[arg(long, value_name = "ID", conflicts_with = "url")]
    pub(crate) petition: Option<String>,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

impl PetitionArgs {
    /// The client of the service, and the petition's id.
    pub(crate) fn resolve(&self, clock: &Clocks) -> anyhow::Result<(Client, PetitionId)> {
        let text = self
            .url
            .as_ref()
            .or(self.petition.as_ref())
            .ok_or_else(|| {
                stop(
                    "no petition is named",
                    "give its address, `<service>/<petition id>`",
                )
            })?;
        if let Ok(id) = text.parse() {
            return Ok((self.server.client(clock)?, id));
        }
        let link = Link::parse(text)?;
        Ok((Client::new(&link.server, clock.clone())?, link.petition))
    }
}

/// Who may do what an operator may.
#[derive(Args, Clone)]
pub(crate) struct OperatorArgs {
    /// File with the operator's token, which the service makes at its first start
    #[arg(long, value_name = "FILE")]
    #[arg(env = "UNDERSIGNED_OPERATOR_TOKEN_FILE", hide_env_values = true)]
    #[arg(default_value = "undersigned-data/keys/operator.token")]
    pub(crate) operator_token_file: PathBuf,
}

impl OperatorArgs {
    /// The client with the operator's token.
    pub(crate) fn authorise(&self, client: Client) -> anyhow::Result<Client> {
        let path = &self.operator_token_file;
        if !path.exists() {
            return Err(stop(
                format!("there is no operator's token at {}", path.display()),
                "it is `<data>/keys/operator.token` on the service's machine: \
                 name it with --operator-token-file",
            ));
        }
        let token = files::read_secret(path, 4096)?;
        let token = std::str::from_utf8(&token)?.trim();
        Ok(client.authorised(token)?)
    }
}

/// `<service>/<petition id>[/<action>/<token>]`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Link {
    /// The service's address.
    pub(crate) server: String,
    /// The petition.
    pub(crate) petition: PetitionId,
    /// What a link in a mail does, and its token.
    pub(crate) action: Option<(String, String)>,
}

impl Link {
    pub(crate) fn parse(text: &str) -> anyhow::Result<Self> {
        let refuse = || {
            stop(
                format!("{text:?} is not the address of a petition"),
                "it looks like http://localhost:8080/<64 hexadecimal digits>",
            )
        };
        let bare = text.trim().split(['#', '?']).next().unwrap_or_default();
        let (scheme, rest) = bare.split_once("://").ok_or_else(refuse)?;
        let parts: Vec<&str> = rest.trim_end_matches('/').split('/').collect();
        let (at, petition) = parts
            .iter()
            .enumerate()
            .skip(1)
            .find_map(|(at, part)| Some((at, part.parse().ok()?)))
            .ok_or_else(refuse)?;
        let action = match parts[at + 1..] {
            [] => None,
            [action, token] if is_token(token) => Some((action.to_owned(), token.to_owned())),
            _ => return Err(refuse()),
        };
        Ok(Self {
            server: format!("{scheme}://{}", parts[..at].join("/")),
            petition,
            action,
        })
    }

    /// The token of a link that does `action`.
    pub(crate) fn token(self, action: &str) -> anyhow::Result<String> {
        match self.action {
            Some((does, token)) if does == action => Ok(token),
            Some((does, _)) => Err(stop(
                format!("this link is for `{does}`, not for `{action}`"),
                "take the link from the other mail",
            )),
            None => Err(stop(
                "this is the address of a petition, not the link from a mail",
                "paste the whole link, to its last character",
            )),
        }
    }
}

fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::Link;

    const ID: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    #[test]
    fn addresses_are_taken_apart() {
        let link = Link::parse(&format!("https://a.example:1/x/{ID}/")).expect("an address");
        assert_eq!(link.server, "https://a.example:1/x");
        assert_eq!(link.petition.to_string(), ID);
        assert_eq!(link.action, None);
        let link = Link::parse(&format!("http://a.example/{ID}/confirm/T-_9#s")).expect("a link");
        assert_eq!(link.token("confirm").expect("the token"), "T-_9");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in ["", "a.example", "http://a.example", "http://a.example/x"] {
            assert!(Link::parse(text).is_err(), "{text:?} was accepted");
        }
        for rest in ["/confirm", "/confirm/", "/confirm/a b", "/confirm/a/b", "0"] {
            let text = format!("http://a.example/{ID}{rest}");
            let accepted = Link::parse(&text).is_ok_and(|link| link.action.is_some());
            assert!(!accepted, "{text:?} was accepted");
        }
    }
}
