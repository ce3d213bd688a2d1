namespace PeerReplica.Security;

/// <summary>Other certificates, authorities or denied peers were found while the replica runs.</summary>
/// <param name="IsRefused">Whether they cannot be used, so that those before stay in use.</param>
/// <param name="IsOwnCertificate">Whether the replica's own certificate is another one.</param>
/// <param name="Detail">What is used, or why it is not, in words for a log.</param>
public sealed record CertificateChange(bool IsRefused, bool IsOwnCertificate, string Detail);
