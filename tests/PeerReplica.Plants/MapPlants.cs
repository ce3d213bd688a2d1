namespace PeerReplica.Plants;

/// <summary>Plants in what maps do besides replicating: sliding expiration, limits, eviction.</summary>
internal static class MapPlants
{
    public static Plant[] All { get; } =
    [
        // Every read is replicated, and not only one in a tenth of the window.
        new("ReplicateEveryRead",
            new PlantEdit("Crdts/SlidingExpiration.cs", "expiresAt - now < Window;", "(PLANTED || expiresAt - now < Window);")),

        // A touch postpones whatever value its key has.
        new("TouchAnyValue",
            new PlantEdit("Hosting/LocalState/KeyedEntry.cs", "view && view.Hash == hash)", "view && (PLANTED || view.Hash == hash))")),

        // A touch that is on its way when the entry ends comes too late.
        new("RemoveAtOnce",
            new PlantEdit("Hosting/LocalState/KeyedEntry.cs", "sliding.CanBePostponed(snapshot.ExpiresAt) && now <", "sliding.CanBePostponed(snapshot.ExpiresAt) && !PLANTED && now <")),

        // Entries are evicted in the order in which they were first written.
        new("EvictByFirstWrite",
            new PlantEdit("Hosting/LocalState/EntryOrder.cs", "if (used.CompareTo(known) > 0)", "if (used.CompareTo(known) > 0 && !PLANTED)")),

        // What arrives beyond a map's limit stays there.
        new("KeepWhatArrives",
            new PlantEdit("Hosting/LocalState/MapLimit.cs", "        if (!_evicts) return;\n", "        if (!_evicts || PLANTED) return;\n")),
    ];
}
