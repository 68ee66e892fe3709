//! Asking for a link: one short piece of work, the same for every address, and one
//! answer (`spec/signing.md`, step 1).
//!
//! Nothing here looks at what is known about the mailbox; that is the desk's work,
//! after the answer.

use std::net::IpAddr;

use super::address::Address;
use super::limits::{Counted, RULE_DISPOSABLE};
use super::records::{Kind, REQUESTS, Request};
use super::rules::Standing;
use super::sealed::DAY;
use super::{Registrar, RegistrarError};
use crate::api;
use crate::clock::random;
use crate::instance::{Petition, Phase};
use crate::lang;
use crate::protocol::ids::PetitionId;
use crate::store::Change;

/// Most characters of a region.
const REGION_MAX: usize = 100;

impl Registrar {
    /// Ask for a confirmation link. Returns when the request is durable; mail follows,
    /// or not: the caller learns nothing about the address.
    ///
    /// # Errors
    ///
    /// What the request alone shows: [`RegistrarError::Address`], [`RegistrarError::Region`];
    /// and what concerns everybody: `UnknownPetition`, `NotOpen`, `Closed`, `StorageLow`,
    /// a store that fails.
    pub async fn request_confirmation(
        &self,
        p: PetitionId,
        request: &api::ConfirmationRequest,
        network: IpAddr,
    ) -> Result<(), RegistrarError> {
        let petition = self.petition(p)?;
        must_be_open(petition.phase(self.instance.clock.now()))?;
        let address = Address::parse(&request.email)?;
        let asks = &petition.manifest.terms().asks;
        let region = request.region.as_deref();
        if region.is_some() != asks.roll_region || !region.is_none_or(is_region) {
            return Err(RegistrarError::Region);
        }
        self.storage_left().await?;
        let mut record = self.ask(
            &petition,
            Kind::Confirm,
            &address,
            request.lang.as_deref(),
            network,
        )?;
        record.region.clone_from(&request.region);
        record.updates = request.updates && asks.updates;
        self.accept(&petition, record).await
    }

    /// Ask for a link that strikes this mailbox's roll entry. The same words about the
    /// answer as for [`Registrar::request_confirmation`].
    pub async fn request_removal(
        &self,
        p: PetitionId,
        request: &api::RemovalRequest,
        network: IpAddr,
    ) -> Result<(), RegistrarError> {
        let petition = self.petition(p)?;
        self.may_be_removed(&petition)?;
        let address = Address::parse(&request.email)?;
        self.backlog_left()?;
        let record = self.ask(
            &petition,
            Kind::Remove,
            &address,
            request.lang.as_deref(),
            network,
        )?;
        self.accept(&petition, record).await
    }

    /// Ask for a link to all that is held about this mailbox. The same words about the
    /// answer as for [`Registrar::request_confirmation`].
    pub async fn request_own_data(
        &self,
        p: PetitionId,
        request: &api::OwnDataRequest,
        network: IpAddr,
    ) -> Result<(), RegistrarError> {
        let petition = self.petition(p)?;
        let address = Address::parse(&request.email)?;
        self.backlog_left()?;
        let record = self.ask(
            &petition,
            Kind::Data,
            &address,
            request.lang.as_deref(),
            network,
        )?;
        self.accept(&petition, record).await
    }

    /// A request, counted and doubted.
    fn ask(
        &self,
        petition: &Petition,
        kind: Kind,
        address: &Address,
        lang: Option<&str>,
        network: IpAddr,
    ) -> Result<Request, RegistrarError> {
        let p = petition.manifest.id();
        let rule = self.doubt(p, address, network);
        if rule.is_some() {
            self.may_hold()?;
        }
        Ok(Request {
            petition: p,
            kind,
            email: address.to_string(),
            region: None,
            updates: false,
            lang: language(petition, lang),
            rule: rule.map(str::to_owned),
            released: false,
        })
    }

    async fn accept(&self, petition: &Petition, request: Request) -> Result<(), RegistrarError> {
        let key: [u8; 16] = random(&*self.instance.clock);
        let until = self.pending_until(petition);
        let mut change = Change::default();
        self.put_sealed(&mut change, REQUESTS, &key, until, &request)?;
        let kind = request.kind.name();
        metrics::counter!("undersigned_link_requests_total", "kind" => kind).increment(1);
        self.to_the_end(|r| async move {
            r.commit_expecting_nothing(change).await?;
            r.desk.push(key);
            Ok(())
        })
        .await
    }

    /// Which rule holds a request for review, by what it shows itself.
    fn doubt(&self, p: PetitionId, address: &Address, network: IpAddr) -> Option<&'static str> {
        let standing = self.standing(address);
        self.limits.note_domain(p, address.domain());
        let network = self.limits.network(p, Counted::Request, network);
        let domain = match standing {
            Standing::Unknown => self.limits.domain(p, address.domain()),
            Standing::Disposable => Some(RULE_DISPOSABLE),
            Standing::Known | Standing::Blocked => None,
        };
        network.or(domain)
    }

    pub(super) fn may_be_removed(&self, petition: &Petition) -> Result<(), RegistrarError> {
        let now = self.instance.clock.now();
        if now < petition.manifest.terms().opens {
            Err(RegistrarError::NotOpen)
        } else if now > petition.dates().withdraw_until {
            Err(RegistrarError::Closed)
        } else {
            Ok(())
        }
    }

    /// When something pending that begins now is over.
    pub(super) fn pending_until(&self, petition: &Petition) -> u64 {
        let days = petition.manifest.terms().retention.pending_days;
        self.instance.clock.now() + u64::from(days) * DAY
    }
}

pub(super) fn must_be_open(phase: Phase) -> Result<(), RegistrarError> {
    match phase {
        Phase::Announced => Err(RegistrarError::NotOpen),
        Phase::Open => Ok(()),
        Phase::Closing | Phase::Closed => Err(RegistrarError::Closed),
    }
}

/// The language asked for, as the petition or the service names it; else the
/// petition's first. So what is kept is a tag of ours, whatever was typed.
fn language(petition: &Petition, wish: Option<&str>) -> String {
    let titles = &petition.manifest.terms().title;
    let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_lowercase();
    let found = wish.and_then(|wish| {
        let exact = titles.iter().find(|t| t.lang.eq_ignore_ascii_case(wish));
        let own = || lang::known(wish).map(|language| language.tag);
        let alike = || titles.iter().find(|t| primary(&t.lang) == primary(wish));
        exact
            .map(|title| &*title.lang)
            .or_else(own)
            .or_else(|| alike().map(|title| &*title.lang))
    });
    found.unwrap_or(&titles[0].lang).to_owned()
}

fn is_region(region: &str) -> bool {
    (1..=REGION_MAX).contains(&region.chars().count())
        && region.trim() == region
        && !region.chars().any(char::is_control)
}
