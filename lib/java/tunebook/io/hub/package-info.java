/// The Hugging Face hub: models and data sets by name, in the cache that Python's `huggingface_hub` uses too.
///
/// [tunebook.io.hub.Hub] is the front door. Inside, in reading order: `Fetch` decides what is missing, `HubServer` speaks HTTP, `Download` brings one
/// file and checks it, `RepoCache` knows the folders.
package tunebook.io.hub;
