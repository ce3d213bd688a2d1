namespace PeerReplica.Plants;

/// <summary>A known bug that tests put into the library, to see that they find it.</summary>
/// <param name="Name">What it is called on the command line and in tests.</param>
/// <param name="Edits">The changes that make it; inactive, they change nothing.</param>
public sealed record Plant(string Name, params PlantEdit[] Edits);
