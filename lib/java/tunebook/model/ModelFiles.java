package tunebook.model;

import java.util.List;
import java.util.SequencedMap;
import tunebook.io.AtomicFiles;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;

/// The files of a model, opened again for writing it in another form. Arrays from here are valid until [#close].
public interface ModelFiles extends AutoCloseable {
    /// The tensors' names as a Hugging Face folder has them, in alphabetical order; those of an image tower are among them.
    List<String> names();

    /// The tensor name of the parameter at `path`.
    String name(String path);

    /// The element type in which a Hugging Face folder is to keep the tensor `name`.
    DType type(String name);

    /// The numbers of the tensor `name`, not rounded to [#type] yet where they come from a sum or from blocks.
    HostArray tensor(String name);

    /// What a Hugging Face folder holds besides weights, by file name: configuration, tokenizer, chat template.
    SequencedMap<String, AtomicFiles.Content> beside();

    @Override
    void close();
}
