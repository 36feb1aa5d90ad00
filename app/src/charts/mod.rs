//! Charts: the geometry is pure and tested, the components draw it as SVG with the classes of the design tokens.

mod bar;
mod evidence_chart;
mod graph;
mod hour_grid;
mod hour_strip;
mod job_graph;
mod load_bar;
mod plot;
mod readout;
mod scale;
mod strip;

pub use evidence_chart::EvidenceChart;
pub use hour_grid::HourGrid;
pub use hour_strip::HourStrip;
pub use job_graph::JobGraph;
pub use load_bar::LoadBar;
