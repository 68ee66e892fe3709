//! Floor 4: pages (`spec/site.md`). Server-rendered, complete without JavaScript; scripts
//! and styles are embedded and come from nowhere else.

mod assets;
mod bundle;
mod chart;
mod failure;
mod here;
mod layout;
mod office;
mod pages;
mod reader;
mod router;
mod standing;
mod visit;

pub(crate) use here::around;
pub(crate) use office::router as office;
pub(crate) use pages::card::Cards;
pub(crate) use router::router;
