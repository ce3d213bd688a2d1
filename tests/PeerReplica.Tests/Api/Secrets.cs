namespace PeerReplica.Tests.Api;

/// <summary>Generated secrets, for tests alone.</summary>
internal static class Secrets
{
    public const string First = "5yjNBsEEgOIMVqXzg5I06KWWBz3ojLpWIqXHRxm40pM=";
    public const string Second = "8IV9Vs1P03MjwI8D4mucAbeNd2D3xOWl4MaIFVwcMBg=";
    public const string Third = "g6RcmUs/wanoTal3Pb0iPboSrtAVfby4GIgvharj3dM=";
}
