using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace PeerReplica.AspNetCore.DataProtection;

internal sealed class ReplicatedElement(string key, XElement element) : IDeletableElement
{
    public string Key => key;

    public XElement Element => element;

    public int? DeletionOrder { get; set; }
}
