namespace PeerReplica.Hosting;

/// <summary>The form of a setting's value.</summary>
internal enum SettingKind
{
    Text,
    Switch,
    Number,

    /// <summary>A number that may have a unit: B, KiB, MiB or GiB.</summary>
    Size,
    Duration,

    /// <summary>Several texts: one by one under their indexes, or in one value.</summary>
    List,
}
