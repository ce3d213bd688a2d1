namespace PeerReplica.Plants;

/// <summary>One change to a source file of the library.</summary>
/// <param name="File">The path below <c>src/PeerReplica</c>.</param>
/// <param name="Original">Text that must occur exactly once in the file.</param>
/// <param name="Replacement">The text in its place, in which <c>PLANTED</c> stands for whether the plant is active.</param>
public sealed record PlantEdit(string File, string Original, string Replacement);
