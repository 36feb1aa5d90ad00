use leptos::prelude::*;

use super::{Desk, job_form::JobForm};

/// Opens the dialog over the page.
pub fn open(desk: Desk) {
    desk.opened.update(|count| *count += 1);
    #[cfg(feature = "hydrate")]
    if let Some(dialog) = desk.dialog.get_untracked() {
        // Once the form is there, so that its first field gets the focus.
        request_animation_frame(move || {
            let _ = dialog.show_modal();
        });
    }
}

/// Closes it.
pub fn close(desk: Desk) {
    #[cfg(feature = "hydrate")]
    if let Some(dialog) = desk.dialog.get_untracked() {
        dialog.close();
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = desk;
}

/// What will run where, before it does. It is made anew each time it is opened.
#[component]
pub fn JobDialog(desk: Desk) -> impl IntoView {
    view! {
        <dialog class="sql-dialog" node_ref=desk.dialog aria-labelledby="sql-dialog-title">
            {move || (desk.opened.get() > 0).then(|| view! { <JobForm desk /> })}
        </dialog>
    }
}
