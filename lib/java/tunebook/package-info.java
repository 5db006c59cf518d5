/// Tunebook: fine-tuning language models from Java notebooks. This page is the map; read it first.
///
/// The main path, in reading order: `notebooks/01-first-run.ipynb`, [tunebook.train.Trainer],
/// [tunebook.train.TrainStep], [tunebook.gemma.Gemma3], [tunebook.graph.Gradients], [tunebook.graph.StableHlo],
/// [tunebook.engine.Session], [tunebook.engine.pjrt.Client].
///
/// Each package may import the ones in its line and nothing else of ours. `ArchitectureTest` reads this table.
///
/// | package | what it holds | may import |
/// |---|---|---|
/// | tensor | words and host values: Shape, DType, HostArray, Seed | - |
/// | quant | block formats to floats, pure functions | tensor |
/// | graph | symbolic tensors, operations, gradients, StableHLO text; never sees an engine | tensor |
/// | engine | Session, Compiled, Params (named device buffers), the compile cache | graph tensor engine.pjrt |
/// | engine.pjrt | plug-ins, clients, buffers, executables over PJRT's C API | tensor engine.pjrt.ffi |
/// | engine.pjrt.ffi | the only Linker and SymbolLookup: struct layouts, constants, method handles | tensor |
/// | io | SafeTensors, Gguf, writing files and folders whole or not at all, locking folders | tensor quant |
/// | io.hub | the Hugging Face hub: models and data sets by name, in Python's cache | io tensor |
/// | tokenizer | Tokenizer, on DJL's Hugging Face tokenizers | io tensor |
/// | jinja | Jinja2's template language, as chat templates use it | tensor |
/// | data | rows, chat templates, tool calls, examples with a loss mask, batches | tokenizer tensor io jinja |
/// | data.synthetic | seeded generators: phone actions, practice tools, the grammar of dates | tensor io data tokenizer |
/// | nn | layers as pure functions of parameters, the chunked head | graph quant tensor |
/// | model | LanguageModel: what a cell holds; the certificate of an export | nn engine graph tokenizer data io tensor |
/// | lora | rules, adapters, the PEFT folder | model nn engine graph quant tensor io tokenizer data |
/// | gemma | Gemma 3: config, forward pass, weight names, chat formats | model nn engine graph quant io io.hub tokenizer data tensor |
/// | export | tuned models for other programs: GGUF and ONNX files | lora gemma model nn engine graph quant tokenizer data io tensor |
/// | generate | prefill, decode, sampling | model nn engine graph tokenizer data io tensor |
/// | serve | a model behind HTTP: OpenAI's chat completions on this machine | model generate tokenizer data tensor |
/// | train | Trainer, the compiled step, AdamW, schedules, history, checkpoints | model nn engine graph tokenizer data io tensor |
/// | eval | function-call score, BLEU, chrF, perplexity, comparison | model generate nn engine graph tokenizer data tensor |
/// | check | what this machine has, and whether and how fast it trains | train lora gemma data nn engine engine.pjrt graph io tokenizer tensor |
/// | notebook | displays and the kernel extension; the only importer of JJava | * |
/// | cli | one class for each launcher command | * |
package tunebook;
